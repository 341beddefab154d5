// The digests of tables, made anew from what docs/format.md says of them, byte for byte.
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import test from 'ava';
import { FORMAT_VERSION, schemaOf } from '../../src/catalog/schema.js';
import { TableDigests } from '../../src/catalog/tables/table-digests.js';
import { catalogFile, forgeRows } from '../support/repository/edit-catalog.js';
import { createSandbox } from '../support/sandbox/sandbox.js';

const TABLES = [
  'alarm',
  'content_check',
  'examination',
  'increment',
  'mark',
  'owed_operation',
  'repository',
  'server',
  'snapshot',
  'source_state',
  'sqlite_sequence',
  'tag',
  'verification',
];

for (const [size, foundBytes] of [
  ['small', 100],
  ['large', 65 * 2 ** 20],
] as const) {
  test(`each table of a ${size} catalog has the digest that docs/format.md describes`, async (t) => {
    const sandbox = await createSandbox(t, { records: true, examines: true });
    for (const night of [1, 2]) {
      await sandbox.write('appendonly.aof', '*1\r\n$4\r\nPING\r\n'.repeat(night));
      await sandbox.backup();
    }
    await sandbox.verify();
    await sandbox.remark(1, { kind: 'pin', note: 'ä note' });
    for (const name of ['b', 'a', 'B']) await sandbox.remark(2, { kind: 'tag', name });
    forgeRows(
      sandbox.repository,
      'UPDATE examination SET found = ? WHERE content = 1',
      'ü'.repeat(foundBytes / 2),
    );
    const connection = new Database(catalogFile(sandbox.repository), { readonly: true });
    t.teardown(() => connection.close());
    connection.defaultSafeIntegers(true);
    const rows = connection.prepare('SELECT name, digest FROM table_digest ORDER BY name').raw();
    t.deepEqual(
      rows.all(),
      TABLES.map((name) => [name, digestOf(connection, name)]),
    );
  });
}

test('a text that a flipped bit has made a BLOB with the same bytes is not what was written', (t) => {
  const connection = new Database(':memory:');
  t.teardown(() => connection.close());
  connection.pragma('foreign_keys = OFF');
  for (const sql of schemaOf(FORMAT_VERSION)) connection.exec(sql.replace(/\) STRICT$/, ')'));
  connection.exec(
    "INSERT INTO examination VALUES (1, 1, 'none', '{}', zeroblob(32)); INSERT INTO repository VALUES (1, 'a', 0, 0)",
  );
  const digests = new TableDigests(connection, () => FORMAT_VERSION);
  digests.noteAll();
  digests.seal();
  t.deepEqual(digests.listDamaged(), []);
  connection.exec('UPDATE examination SET found = CAST(found AS BLOB)');
  t.deepEqual(digests.listDamaged(), ['examination']);
  connection.exec('UPDATE repository SET uuid = CAST(uuid AS BLOB)');
  t.deepEqual(digests.listDamaged(), ['examination', 'repository']);
});

function digestOf(connection: Database.Database, table: string): Buffer {
  const hash = createHash('sha256');
  const add = (value: string | bigint | Buffer | null): void => {
    if (value === null) {
      hash.update('-,');
      return;
    }
    const bytes = value instanceof Buffer ? value : Buffer.from(String(value));
    hash.update(`${bytes.length}:`).update(bytes).update(',');
  };
  for (const text of ['redis-rewind table 1', table]) add(text);
  const rows = connection.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).raw().all();
  for (const value of (rows as (string | bigint | Buffer | null)[][]).flat()) add(value);
  return hash.digest();
}
