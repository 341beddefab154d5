// A hostile repository from elsewhere whose few bytes ask for very many: in memory, in temporary files, or in
// sizes that the catalog records. Each command ends before that, and says what is damaged.
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { EXIT, NoSpaceError } from '../../../src/errors.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { requireTemporarySpace } from '../../../src/system/files/temporary/temporary-file.js';
import { zstdCompressBuffer } from '../../../src/system/zstd/zstd.js';
import { copy, deltaOf } from '../../support/delta/delta-bytes.js';
import { exitCode } from '../../support/program/exit-code.js';
import { forgeRows } from '../../support/repository/edit-catalog.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

async function createThreeNights(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  for (const content of ['one', 'two', 'three']) {
    await sandbox.write('dump.rdb', content);
    await sandbox.backup();
  }
  return sandbox;
}

interface ForgedIncrement {
  readonly id: number;
  readonly kind: 1 | 2;
  readonly plain: Buffer;
  /** Recorded in the catalog; by default what it is. */
  readonly plainBytes?: number;
  readonly resultBytes: number;
}

/** Increment 1 makes content 1 from content 2, and increment 2 content 2 from content 3, the mirror file. */
async function forgeIncrement(
  sandbox: Sandbox,
  { id, kind, plain, plainBytes = plain.length, resultBytes }: ForgedIncrement,
): Promise<void> {
  const { repository } = sandbox;
  const stored = await zstdCompressBuffer(plain, 19);
  await writeFile(sandbox.data(`increments/${id}`), stored);
  forgeRows(
    repository,
    'UPDATE increment SET kind = ?, basis = ?, plain_bytes = ?, stored_bytes = ?, result_size = ? WHERE id = ?',
    kind,
    kind === 2 ? id + 1 : null,
    plainBytes,
    stored.length,
    resultBytes,
    id,
  );
  forgeRows(repository, 'UPDATE content SET size = ? WHERE id = ?', resultBytes, id);
}

test('deltas that multiply each other end before they fill the folder for temporary files', async (t) => {
  const sandbox = await createThreeNights(t);
  const pair = Buffer.concat([copy(0, 1), copy(2, 1)]);
  const pairs = Buffer.concat(Array.from({ length: 300_000 }, () => pair));
  await forgeIncrement(sandbox, { id: 2, kind: 2, plain: deltaOf(pairs), resultBytes: 600_000 });
  const whole = Array.from({ length: 30 }, () => copy(0, 600_000));
  await forgeIncrement(sandbox, {
    id: 1,
    kind: 2,
    plain: deltaOf(...whole),
    resultBytes: 30 * 600_000,
  });
  const { size } = await stat(sandbox.data('increments/1'));
  t.true(size < 100);
  const { problems } = await sandbox.verify();
  t.true(
    problems.some(({ message }) =>
      /^increment 1: it takes more than 72000000 bytes to put together$/.test(message),
    ),
    JSON.stringify(problems),
  );
  t.is(await exitCode(async () => ({ at: await sandbox.restore({ time: '2B' }) })), EXIT.corrupt);
  t.is(await exitCode(async () => ({ at: await sandbox.restore() })), EXIT.done);
});

test('a delta that makes more than the catalog records is damage, and names its increment', async (t) => {
  const sandbox = await createThreeNights(t);
  const plain = deltaOf(...Array.from({ length: 1000 }, () => copy(0, 3)));
  await forgeIncrement(sandbox, { id: 2, kind: 2, plain, resultBytes: 100 });
  const { problems } = await sandbox.verify();
  t.true(
    problems.some(({ message }) => message.startsWith('increment 2: delta makes more than')),
    JSON.stringify(problems),
  );
});

for (const plainBytes of [2 ** 40, 2 ** 50]) {
  test(`a full copy that the catalog gives ${plainBytes} bytes is damage and asks for no such space`, async (t) => {
    const sandbox = await createThreeNights(t);
    const plain = Buffer.alloc(20 << 20);
    await forgeIncrement(sandbox, { id: 2, kind: 1, plain, plainBytes, resultBytes: plainBytes });
    const { problems } = await sandbox.verify();
    t.true(
      problems.some(({ message }) => /increment 2 does not have the length recorded/.test(message)),
      JSON.stringify(problems),
    );
    t.is(await exitCode(async () => ({ at: await sandbox.restore() })), EXIT.done);
  });
}

test('a full copy for which there is no room in the folder for temporary files ends the run at once', async (t) => {
  const sandbox = await createThreeNights(t);
  const plain = Buffer.alloc(20 << 20);
  await forgeIncrement(sandbox, { id: 2, kind: 1, plain, resultBytes: plain.length });
  const fileSystem = Object.assign(new RealFileSystem(), { freeBytes: () => plain.length - 1 });
  await t.throwsAsync(sandbox.verify({ context: { fileSystem } }), {
    instanceOf: NoSpaceError,
    message: /temporary files in .*: 20\.0 MiB are needed, 20\.0 MiB are free/,
  });
});

test('room for temporary files is room for the last byte', (t) => {
  t.notThrows(() => requireTemporarySpace({ freeBytes: () => 5 }, 5));
  t.throws(() => requireTemporarySpace({ freeBytes: () => 5 }, 6), { instanceOf: NoSpaceError });
});

test('a copy of the catalog that expands without end is damage, and a repair replaces it', async (t) => {
  const sandbox = await createThreeNights(t);
  const bomb = await zstdCompressBuffer(Buffer.alloc(200_000_000), 3);
  await writeFile(sandbox.data('catalog.3.zst'), bomb);
  const { problems } = await sandbox.verify();
  t.true(
    problems.some(({ message }) => message.includes('holds more than 16777216 bytes')),
    JSON.stringify(problems),
  );
  await sandbox.repair();
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a copy of an honest catalog is read, also where names are long and alike', async (t) => {
  const sandbox = await createSandbox(t);
  const folder = Array.from({ length: 8 }, (_, index) => `folder-${index}-${'x'.repeat(240)}`);
  await mkdir(sandbox.inSource(...folder), { recursive: true });
  for (let n = 0; n < 1500; n += 1) await writeFile(sandbox.inSource(...folder, `file-${n}`), '');
  await sandbox.backup();
  const catalog = await stat(sandbox.data('catalog.sqlite3'));
  const copied = await stat(sandbox.data('catalog.1.zst'));
  t.true(catalog.size > 16 << 20 && catalog.size > copied.size * 64, `${catalog.size}`);
  await rm(sandbox.data('catalog.sqlite3'));
  await sandbox.repair();
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('of very many copies of the catalog only the newest are read, and a backup deletes the others', async (t) => {
  const sandbox = await createThreeNights(t);
  for (let id = 4; id < 104; id += 1) await writeFile(sandbox.data(`catalog.${id}.zst`), 'no copy');
  const { problems } = await sandbox.verify();
  t.is(problems.filter(({ path }) => /catalog\.\d+\.zst$/.test(path)).length, 8);
  await sandbox.backup();
  const names = await readdir(sandbox.data(''));
  t.is(names.filter((name) => /^catalog\.\d+\.zst$/.test(name)).length, 2);
});
