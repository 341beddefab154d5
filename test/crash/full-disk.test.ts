// A real disk fills up at every stage of a backup: each run finds one page less free space than the run
// before. Needs root, for the mount.
import test from 'ava';
import { appendFileSync, statfsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { NoSpaceError, SystemError } from '../../src/errors.js';
import { ROOT, formatPath } from '../../src/system/files/byte-path.js';
import { type Tree, readTree } from '../support/files/directory-tree.js';
import { HookedFileSystem } from '../support/files/hooked-file-system.js';
import { mountMemory } from '../support/files/mounted.js';
import { runCli } from '../support/program/cli.js';
import { createTestContext } from '../support/program/run-context.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { countSnapshots, isMendedByNext, isWhole } from '../support/repository/whole-repository.js';
import { lookNames } from '../support/sandbox/note-names.js';
import { Sandbox, createSandbox } from '../support/sandbox/sandbox.js';

const PAGE = 4096;
const DISK_BYTES = 8 << 20;
const FILES = ['dump.rdb', 'base.rdb'];
const FILE_BYTES = 200_000;
const NEW_BYTES = FILES.length * FILE_BYTES;

/** A staged file or an increment, which have numbers for names. */
const AT_INCREMENT = "before the commit, at 'N'";

interface Scene {
  readonly sandbox: Sandbox;
  readonly disk: string;
  readonly states: readonly Tree[];
  /** What the second backup takes. */
  readonly neededBytes: number;
}

/** One snapshot on a small disk, and a SOURCE of which nothing is as it was. */
async function setScene(t: Parameters<typeof createSandbox>[0]): Promise<Scene> {
  const { root, source } = await createSandbox(t);
  const disk = path.join(root, 'disk');
  await mountMemory(t, disk, DISK_BYTES);
  const context = createTestContext({ hostName: hostname() });
  const sandbox = new Sandbox(root, { context, repository: path.join(disk, 'repository') });
  const states: Tree[] = [];
  for (const night of ['first', 'second']) {
    if (night !== 'first') await sandbox.backup();
    // Nothing in common: each old file is kept as a full copy, of which no check beforehand knows.
    for (const name of FILES) {
      await sandbox.write(name, new SeededRandom(`${night} ${name}`).bytes(FILE_BYTES));
    }
    await fs.rm(path.join(source, 'many'), { recursive: true, force: true });
    // Many rows, so that the commit itself takes some room.
    for (let count = 0; count < 60; count += 1) {
      await sandbox.write(`many/${night}-${count}-${'x'.repeat(100)}`, '');
    }
    for (const name of Object.keys(await readTree(source))) {
      await fs.lutimes(path.join(source, name), 1_700_000_000, 1_700_000_000);
    }
    states.push(await readTree(source));
  }
  const free = freeBytes(disk);
  const trial = sandbox.withRepository(path.join(disk, 'trial'));
  await fs.cp(sandbox.repository, trial.repository, { recursive: true, preserveTimestamps: true });
  const before = freeBytes(disk);
  await trial.backup();
  const neededBytes = before - freeBytes(disk);
  sandbox.context.advance(-60);
  await fs.rm(trial.repository, { recursive: true });
  if (freeBytes(disk) !== free) throw new Error('the trial left something');
  return { sandbox, disk, states, neededBytes };
}

function freeBytes(disk: string): number {
  const { bavail, bsize } = statfsSync(disk);
  return bavail * bsize;
}

/** Leaves so much free on the disk. */
async function fill(disk: string, leaveBytes: number): Promise<void> {
  await fs.rm(path.join(disk, 'filler'), { force: true });
  const size = Math.max(0, freeBytes(disk) - leaveBytes);
  await fs.writeFile(path.join(disk, 'filler'), Buffer.alloc(size));
}

test('a disk that is full at any stage costs no snapshot, and the next backup succeeds once there is room', async (t) => {
  t.timeout(900_000);
  const { sandbox, disk, states, neededBytes } = await setScene(t);
  const saved = sandbox.at('saved');
  await fs.cp(sandbox.repository, saved, { recursive: true, preserveTimestamps: true });
  const tally = new Map<string, number>();
  const count = (what: string): void => {
    tally.set(what, (tally.get(what) ?? 0) + 1);
  };
  // From more than enough, with the new files beside the old ones, down to what is refused before
  // anything is written: page by page as long as the catalog is what does not fit.
  const step = (): number => ((tally.get(AT_INCREMENT) ?? 0) > 1 ? 12 * PAGE : 3 * PAGE);
  for (let free = neededBytes + NEW_BYTES + 60 * PAGE; ; free -= step()) {
    const when = `${free} bytes free`;
    await fill(disk, free);
    const ending = await sandbox.backup().catch((error: unknown) => error as Error);
    sandbox.context.advance(-60);
    const snapshots = countSnapshots(sandbox);
    if (ending instanceof NoSpaceError) {
      t.is(snapshots, 1);
      count('refused beforehand');
    } else if (ending instanceof Error) {
      if (!(ending instanceof SystemError)) throw ending;
      t.deepEqual([ending.exitCode, ending.errno, snapshots], [1, 'ENOSPC', 1], when);
      const where = formatPath(ending.path ?? ROOT);
      t.true(
        ending.message.startsWith(`cannot ${ending.operation} '${where}': no space`),
        ending.message,
      );
      t.regex(ending.hint ?? '', /free some space/);
      t.deepEqual(await fs.readdir(sandbox.data('staging/new')), [], when);
      t.deepEqual(await fs.readdir(sandbox.data('increments')), [], when);
      count(`before the commit, at '${path.basename(where).replace(/^[0-9]+$/, 'N')}'`);
    } else {
      t.is(snapshots, 2, when);
      t.deepEqual(ending.notes, [], when);
      count('done');
    }
    await isWhole(t, sandbox, states, when);
    await fs.rm(path.join(disk, 'filler'));
    await isMendedByNext(t, sandbox, states[1] ?? {}, when);
    await fs.rm(sandbox.repository, { recursive: true });
    await fs.cp(saved, sandbox.repository, { recursive: true, preserveTimestamps: true });
    if (ending instanceof NoSpaceError) break;
  }
  t.log([...tally].map(([what, times]) => `${times} ${what}`).join(', '));
  t.not(tally.get('done') ?? 0, 0);
  t.not(tally.get("before the commit, at 'catalog.sqlite3'") ?? 0, 0);
  t.true((tally.get(AT_INCREMENT) ?? 0) > 3, String(tally.get(AT_INCREMENT) ?? 0));
});

test('when the disk fills up right after the commit, the snapshot stays and the next backup does the rest', async (t) => {
  const { sandbox, disk, states } = await setScene(t);
  let isFull = false;
  const fileSystem = new HookedFileSystem(({ operation }) => {
    // Whatever the backup gives back is taken at once.
    isFull ||= operation === 'rename';
    if (isFull) appendFileSync(path.join(disk, 'filler'), Buffer.alloc(freeBytes(disk)));
  });
  const { notes } = await sandbox.backup({ context: { fileSystem } });
  t.true(isFull);
  t.deepEqual(lookNames(notes), ['unfinished -']);
  t.regex(notes[0]?.message ?? '', /: cannot [a-z]+ '.*': no space left on the device$/);
  t.true(sandbox.info().unfinished);
  await isWhole(t, sandbox, states, 'full');
  await fs.rm(path.join(disk, 'filler'));
  await isMendedByNext(t, sandbox, states[1] ?? {}, 'with room');
});

test('the program itself says in one line what it could not write and what to do', async (t) => {
  const { sandbox, disk, neededBytes } = await setScene(t);
  await fill(disk, neededBytes >> 1);
  const line = ['backup', '--no-examine', sandbox.source, sandbox.repository];
  const full = await runCli(line);
  t.deepEqual([full.code, full.stdout], [1, '']);
  t.regex(
    full.stderr,
    /^redis-rewind: (?:cannot [a-z]+ '.*': no space left on the device|not enough space for '.*')[^\n]*\nhint: free some space on that file system: 'redis-rewind remove --older-than TIME REPO' removes old snapshots, even if no byte is free\n$/,
  );
  await fs.rm(path.join(disk, 'filler'));
  t.is((await runCli(line)).code, 0);
});
