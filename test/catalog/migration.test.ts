// The next writer upgrades a catalog of format 1 to the present format, in one transaction. Readers do not
// change it.
import test from 'ava';
import Database from 'better-sqlite3';
import * as fs from 'node:fs';
import path from 'node:path';
import { Catalog } from '../../src/catalog/catalog.js';
import { APPLICATION_ID, FORMAT_VERSION, schemaOf } from '../../src/catalog/schema.js';
import { pathFromText } from '../../src/system/files/byte-path.js';
import { type TeardownContext, temporaryDirectory } from '../support/files/temporary-directory.js';

async function createOld(t: TeardownContext): Promise<string> {
  const file = path.join(await temporaryDirectory(t), 'catalog.sqlite3');
  const raw = new Database(file);
  raw.pragma(`application_id = ${APPLICATION_ID}`);
  raw.pragma('user_version = 1');
  for (const statement of schemaOf(1)) raw.exec(statement);
  raw.exec("INSERT INTO repository VALUES (1, 'uuid', 5, 7)");
  raw.close();
  return file;
}

function schemaText(file: string): unknown {
  const raw = new Database(file, { readonly: true });
  const rows = raw.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
  raw.close();
  return rows;
}

test('a reader opens a catalog of format 1, which has no verifications, and does not upgrade it', async (t) => {
  const file = await createOld(t);
  const before = fs.readFileSync(file);
  const catalog = Catalog.open(pathFromText(file), { readOnly: true });
  t.is(catalog.formatVersion, 1);
  t.is(catalog.verifications, null);
  t.is(catalog.repository.get()?.generation, 7);
  catalog.close();
  t.deepEqual(fs.readFileSync(file), before);
});

test('a migrated catalog has exactly the schema of a new one, and keeps its rows', async (t) => {
  const file = await createOld(t);
  const catalog = Catalog.open(pathFromText(file), { readOnly: false });
  catalog.migrate();
  t.is(catalog.formatVersion, FORMAT_VERSION);
  t.deepEqual(catalog.verifications?.list(), []);
  t.deepEqual(catalog.repository.get(), { uuid: 'uuid', createdAtSeconds: 5, generation: 8 });
  catalog.migrate();
  t.is(catalog.repository.get()?.generation, 8, 'done once');
  catalog.close();
  const fresh = `${file}.new`;
  fs.writeFileSync(fresh, '');
  Catalog.create(pathFromText(fresh), 'uuid', 5);
  t.deepEqual(schemaText(file), schemaText(fresh));
  Catalog.open(pathFromText(file), { readOnly: true }).close();
});

test('a migration that is cut off leaves a whole catalog of format 1', async (t) => {
  const file = await createOld(t);
  const before = schemaText(file);
  const raw = new Database(file);
  raw.exec('BEGIN');
  for (const statement of schemaOf(2).slice(schemaOf(1).length)) raw.exec(statement);
  raw.pragma('user_version = 2');
  const cut = `${file}.cut`;
  raw.pragma('cache_size = 1');
  fs.copyFileSync(file, cut);
  if (fs.existsSync(`${file}-journal`)) fs.copyFileSync(`${file}-journal`, `${cut}-journal`);
  raw.exec('ROLLBACK');
  raw.close();
  const catalog = Catalog.open(pathFromText(cut), { readOnly: false });
  t.is(catalog.formatVersion, 1);
  catalog.close();
  t.deepEqual(schemaText(cut), before);
});

test('the note of a verification leaves the generation, and its checks are found by content', async (t) => {
  const file = `${await createOld(t)}.new`;
  fs.writeFileSync(file, '');
  Catalog.create(pathFromText(file), 'uuid', 5);
  const catalog = Catalog.open(pathFromText(file), { readOnly: false });
  const digest = Buffer.alloc(32, 1);
  const id = catalog.write(() => catalog.versions.ensureContent(digest, 10));
  const generation = catalog.repository.get()?.generation;
  const record = {
    mode: 'timed' as const,
    snapshot: null,
    roundStartedAtSeconds: 90,
    startedAtSeconds: 100,
    finishedAtSeconds: 160,
    problems: 1,
    checkedContents: 1,
    checkedBytes: 10,
    leftContents: 2,
    leftBytes: 2 ** 40,
  };
  const content = { id, sha256: digest, sizeBytes: 10 };
  const other = { ...content, sha256: Buffer.alloc(32, 2) };
  const check = { checkedAtSeconds: 100, isWhole: false };
  catalog.annotate(() => {
    catalog.verifications?.insert(record, [{ content: other, ...check }]);
    t.is(catalog.verifications?.checkTimes().size, 0, 'an id that means another content by now');
    catalog.verifications?.insert(record, [{ content, ...check }]);
  });
  t.deepEqual(catalog.verifications?.list(), [record, record]);
  t.deepEqual([...(catalog.verifications?.checkTimes() ?? [])], [[id, 100]]);
  t.is(catalog.repository.get()?.generation, generation);
  catalog.annotate(() => {
    for (let count = 0; count < 105; count += 1) {
      catalog.verifications?.insert({ ...record, problems: count }, []);
    }
  });
  t.is(catalog.verifications?.list().length, 100);
  t.is(catalog.verifications?.list()[0]?.problems, 104);
  catalog.close();
});
