import test from 'ava';
import Database from 'better-sqlite3';
import * as fs from 'node:fs';
import { FORMAT_VERSION } from '../../src/catalog/schema.js';
import { CorruptError, NewerFormatError } from '../../src/errors.js';
import { readTree, treeDifferences } from '../support/files/directory-tree.js';
import { type Sandbox, createSandbox } from '../support/sandbox/sandbox.js';

/** A repository with two snapshots, whose catalog another program has changed. */
async function createWith(
  t: Parameters<typeof createSandbox>[0],
  change: (file: string) => void,
): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  for (let index = 0; index < 40; index += 1) await sandbox.write(`file-${index}`, String(index));
  await sandbox.backup();
  await sandbox.write('file-7', 'changed');
  await sandbox.backup();
  change(sandbox.data('catalog.sqlite3'));
  return sandbox;
}

function sql(...statements: readonly string[]): (file: string) => void {
  return (file) => {
    const database = new Database(file);
    database.pragma('writable_schema = ON');
    for (const statement of statements) database.exec(statement);
    database.close();
  };
}

for (const [what, change] of [
  ['a trigger', sql('CREATE TRIGGER t AFTER INSERT ON snapshot BEGIN DELETE FROM version; END')],
  ['a view', sql('CREATE VIEW v AS SELECT * FROM snapshot')],
  ['a table', sql('CREATE TABLE foreign_table (x)')],
  ['an index', sql('CREATE INDEX i ON version (mode)')],
  ['a table too few', sql('DROP TABLE source_state')],
  ['a table of format 2 in one of format 1', sql('PRAGMA user_version = 1')],
  ['another column', sql('ALTER TABLE version ADD COLUMN x INTEGER')],
  [
    'a view in place of a table',
    sql('DROP TABLE source_state', 'CREATE VIEW source_state AS SELECT 1'),
  ],
  ['another application_id', sql('PRAGMA application_id = 1')],
  ['an older format that never was', sql('PRAGMA user_version = 0')],
  ['no bytes', (file: string) => fs.truncateSync(file, 0)],
  ['half of its bytes', (file: string) => fs.truncateSync(file, fs.statSync(file).size >> 1)],
  ['one page', (file: string) => fs.truncateSync(file, 4096)],
  ['other bytes', (file: string) => fs.writeFileSync(file, Buffer.alloc(20_000, 0x5a))],
  [
    'a directory in its place',
    (file: string) => {
      fs.rmSync(file);
      fs.mkdirSync(file);
    },
  ],
] as const) {
  test(`every command refuses a catalog with ${what} as damaged, and does not change it`, async (t) => {
    const sandbox = await createWith(t, change);
    const before = await readTree(sandbox.repository);
    const expectation = { instanceOf: CorruptError };
    t.throws(() => sandbox.list(), expectation);
    t.throws(() => sandbox.files(), expectation);
    await t.throwsAsync(sandbox.restore(), expectation);
    await t.throwsAsync(sandbox.backup(), expectation);
    await t.throwsAsync(sandbox.verify(), expectation);
    const differences = treeDifferences(before, await readTree(sandbox.repository));
    t.deepEqual(
      differences.filter((line) => !line.includes('mtimeNs')),
      [],
    );
  });
}

test('every command refuses a catalog of a newer format as newer, and does not change it', async (t) => {
  const sandbox = await createWith(
    t,
    sql(`PRAGMA user_version = ${FORMAT_VERSION + 1}`, 'CREATE TABLE newer (x)'),
  );
  const before = await readTree(sandbox.repository);
  const error = t.throws(() => sandbox.list(), { instanceOf: NewerFormatError });
  t.is(error.exitCode, 12);
  t.regex(error.message, /has format 6, and this program reads formats up to 5/);
  await t.throwsAsync(sandbox.backup(), { instanceOf: NewerFormatError });
  await t.throwsAsync(sandbox.restore(), { instanceOf: NewerFormatError });
  await t.throwsAsync(sandbox.verify(), { instanceOf: NewerFormatError });
  const differences = treeDifferences(before, await readTree(sandbox.repository));
  t.deepEqual(
    differences.filter((line) => !line.includes('mtimeNs')),
    [],
  );
});
