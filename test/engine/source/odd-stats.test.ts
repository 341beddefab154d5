// Stats with values that the kernel, or a file system in user space, may give and a snapshot cannot record.
import test, { type ExecutionContext } from 'ava';
import * as fs from 'node:fs/promises';
import { type BytePath, pathFromText } from '../../../src/system/files/byte-path.js';
import type { FileDescriptor, FileStat } from '../../../src/system/files/file-system.js';
import { runProgram } from '../../../src/system/programs/run-program.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { memoryDirectory } from '../../support/files/temporary-directory.js';
import { exitCode } from '../../support/program/exit-code.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

type Field =
  'mtimeNs' | 'ctimeNs' | 'size' | 'uid' | 'gid' | 'mode' | 'nlink' | 'ino' | 'dev' | 'blocks';

const FIELDS: readonly Field[] = [
  'mtimeNs',
  'ctimeNs',
  'size',
  'uid',
  'gid',
  'mode',
  'nlink',
  'ino',
  'dev',
  'blocks',
];

const DAY_NS = 86_400_000_000_000n;

/** The borders of every number of bits, and beyond 64 bits for times, which have seconds of 64 bits. */
function bordersOf(field: Field): bigint[] {
  const borders = [0n, 31n, 32n, 53n, 63n].map((bits) => 2n ** bits);
  const around = borders.flatMap((border) => [border - 1n, border, border + 1n]);
  const all = [...around, ...around.map((value) => -value)];
  if (!field.endsWith('Ns')) return all.map((value) => BigInt.asIntN(64, value));
  const seconds = 1_000_000_000n;
  return [...all, ...all.map((value) => BigInt.asIntN(64, value) * seconds + 999_999_999n)];
}

/** Gives the stat of one file of SOURCE other values. */
class OddFileSystem extends HookedFileSystem {
  readonly #path: BytePath;
  readonly #files = new Set<FileDescriptor>();
  readonly opened: BytePath[] = [];
  odd: Partial<Record<Field, bigint>> = {};

  constructor(path: string) {
    super();
    this.#path = pathFromText(path);
  }

  override open(...args: Parameters<HookedFileSystem['open']>): FileDescriptor {
    const file = super.open(...args);
    if (args[0] === this.#path) this.#files.add(file);
    this.opened.push(args[0]);
    return file;
  }

  override close(file: FileDescriptor): void {
    this.#files.delete(file);
    super.close(file);
  }

  override stat(path: BytePath): FileStat | null {
    const stat = super.stat(path);
    return path === this.#path && stat !== null ? this.#change(stat) : stat;
  }

  override statOpen(file: FileDescriptor): FileStat {
    const stat = super.statOpen(file);
    return this.#files.has(file) ? this.#change(stat) : stat;
  }

  #change(stat: FileStat): FileStat {
    return Object.assign(stat, this.odd);
  }
}

async function oddSandbox(t: ExecutionContext): Promise<[Sandbox, OddFileSystem]> {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  await sandbox.write('odd', 'odd');
  return [sandbox, new OddFileSystem(sandbox.inSource('odd'))];
}

/** The other file is there, and no later command has trouble with what was recorded. */
async function isUsable(t: ExecutionContext, sandbox: Sandbox, when: string): Promise<void> {
  t.deepEqual((await sandbox.verify()).problems, [], when);
  t.is(await exitCode(() => sandbox.repair()), 0, when);
  t.is(sandbox.files()['dump.rdb']?.size, 8, when);
  const { destination } = await sandbox.restore();
  t.is(await fs.readFile(`${destination}/dump.rdb`, 'utf8'), 'the dump', when);
  t.is(await exitCode(() => sandbox.backup()), 0, when);
}

for (const field of FIELDS) {
  test(`every value of ${field} of a file of SOURCE leaves the other files in the snapshot, and later runs well`, async (t) => {
    t.timeout(300_000);
    const [sandbox, fileSystem] = await oddSandbox(t);
    const seed = Date.now();
    const random = new SeededRandom(seed);
    t.log(`seed ${seed}`);
    const values = bordersOf(field);
    for (let n = 0; n < 12; n += 1) values.push(random.bytes(8).readBigInt64LE());
    for (const value of values) {
      fileSystem.odd = { [field]: value };
      const when = `${field} ${value}`;
      const code = await exitCode(() =>
        sandbox.backup({ context: { fileSystem }, hardLinksOfOthers: true }),
      );
      t.true(code === 0 || code === 3, `${when}: ${code}`);
      t.is(sandbox.files()['dump.rdb']?.size, 8, when);
    }
    await isUsable(t, sandbox, field);
  });
}

for (const [name, mtimeNs, recorded] of [
  ['beyond 2262', 2n ** 63n * 1000n, '2262-04-11T23:47:16.854775807Z'],
  ['before 1677', -(2n ** 63n) * 1000n, '1677-09-21T00:12:43.145224192Z'],
] as const) {
  test(`a file with a time ${name} is kept with the nearest time, named, and read once`, async (t) => {
    const [sandbox, fileSystem] = await oddSandbox(t);
    fileSystem.odd = { mtimeNs };
    const backup = () => sandbox.backup({ context: { fileSystem } });
    for (let night = 0; night < 3; night += 1) {
      const { notes } = await backup();
      t.deepEqual(lookNames(notes), ['not-recordable odd']);
      t.is(fileSystem.opened.includes(sandbox.inSource('odd') as BytePath), night === 0);
      fileSystem.opened.length = 0;
    }
    t.is(sandbox.files()['odd']?.mtime, recorded);
    await isUsable(t, sandbox, name);
  });
}

test('a change of a file shows although both its times are beyond what is recorded', async (t) => {
  const [sandbox, fileSystem] = await oddSandbox(t);
  fileSystem.odd = { mtimeNs: 2n ** 64n * 1000n };
  await sandbox.backup({ context: { fileSystem } });
  await sandbox.write('odd', 'ODD');
  fileSystem.odd = { mtimeNs: 2n ** 64n * 1000n + 1n, ctimeNs: 1n };
  await sandbox.backup({ context: { fileSystem } });
  t.is(await sandbox.read('odd'), 'ODD');
});

test('an inode, a device and a time of more than 63 bits are known again: the file is read once', async (t) => {
  const [sandbox, fileSystem] = await oddSandbox(t);
  fileSystem.odd = { ino: -5n, dev: -7n, ctimeNs: -(2n ** 70n) };
  await sandbox.backup({ context: { fileSystem } });
  fileSystem.opened.length = 0;
  t.is((await sandbox.backup({ context: { fileSystem } })).changedFiles, 0);
  t.false(fileSystem.opened.includes(sandbox.inSource('odd') as BytePath));
});

test('a file with a time far ahead is read once, and one of this moment again', async (t) => {
  const [sandbox, fileSystem] = await oddSandbox(t);
  const nowNs = BigInt(sandbox.context.clock.nowMs()) * 1_000_000n;
  for (const [mtimeNs, isRead] of [
    [nowNs + 30n * DAY_NS, false],
    [nowNs + 3_600_000_000_000n, true],
  ] as const) {
    fileSystem.odd = { mtimeNs };
    await sandbox.backup({ context: { fileSystem } });
    fileSystem.opened.length = 0;
    await sandbox.backup({ context: { fileSystem } });
    t.is(fileSystem.opened.includes(sandbox.inSource('odd') as BytePath), isRead, `${mtimeNs}`);
  }
});

test('an owner that chown does not take is kept as nobody, and named', async (t) => {
  const [sandbox, fileSystem] = await oddSandbox(t);
  fileSystem.odd = { uid: 2n ** 32n - 1n };
  const { notes } = await sandbox.backup({ context: { fileSystem } });
  t.deepEqual(lookNames(notes), ['not-recordable odd']);
  t.is(sandbox.files()['odd']?.uid, 65534);
});

test('a real file of the year 5138 and one of 2^62 bytes cost a warning each, and nothing else', async (t) => {
  const sandbox = new Sandbox(await memoryDirectory(t));
  await sandbox.write('dump.rdb', 'the dump');
  for (const name of ['future', 'past', 'hole']) await sandbox.write(name, name);
  runProgram('touch', ['-d', '@99999999999', sandbox.inSource('future')]);
  runProgram('touch', ['-d', '@-99999999999', sandbox.inSource('past')]);
  runProgram('truncate', ['-s', String(2n ** 62n), sandbox.inSource('hole')]);
  for (let night = 0; night < 2; night += 1) {
    const { notes } = await sandbox.backup();
    t.deepEqual(lookNames(notes), [
      'left-out hole',
      'not-recordable future',
      'not-recordable past',
    ]);
  }
  t.deepEqual((await sandbox.verify()).problems, []);
  t.deepEqual((await sandbox.repair()).notes, []);
  const { destination, notes } = await sandbox.restore();
  t.deepEqual(notes, []);
  t.is(await fs.readFile(`${destination}/future`, 'utf8'), 'future');
});
