// Makes fixtures/damaged/<kind>: one small repository for each kind of damage, from the frozen repository
// v2/cut-off and one more backup. What each command makes of it is written here by hand, not taken from
// the program. Only ever adds; fixtures/README.md says how to run it.
import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { zstdCompressBuffer } from '../../../src/system/zstd/zstd.js';
import { copy, deltaOf } from '../delta/delta-bytes.js';
import { flipped } from './damage.js';
import type { DamageOutcome } from './damage-trial.js';
import type { DamagedManifest } from './damaged-fixtures.js';
import { catalogFile, forgeCatalog, runSql } from '../repository/edit-catalog.js';
import { fixturePath } from '../program/project-paths.js';
import { listRepositoryFixtures, unpackRepository } from '../repository/repository-fixtures.js';
import { readTree } from '../files/directory-tree.js';
import { Sandbox } from '../sandbox/sandbox.js';

/** Snapshots name their SOURCE, so it has the same name wherever this runs. */
const HOME = '/srv/redis-rewind-fixture';
const run = promisify(execFile);

const NOTHING_LOST = { list: 0, verify: 0, whole: '1-3', backup: 0, after: '1-4' };
const REFUSED = { list: 20, verify: 20, whole: 'none', backup: 20, after: 'none' };
const DUMP_LOST = { list: 0, verify: 20, whole: 'none', backup: 3, after: '4' };
const OLD_DUMPS_LOST = { list: 0, verify: 20, whole: '3', backup: 0, after: '3-4' };

interface Kind {
  readonly story: string;
  readonly expected: DamageOutcome;
  readonly damage: (repository: string) => Promise<void> | void;
}

const data = (repository: string, name: string): string =>
  path.join(repository, 'redis-rewind-data', name);

/** The increment that rebuilds dump.rdb as of snapshot 2, from which that of snapshot 1 is made. */
function dumpIncrement(repository: string): string {
  const database = new Database(catalogFile(repository), { readonly: true });
  const row = database
    .prepare<[], { id: number }>(
      `SELECT increment.id FROM increment JOIN version ON version.content = increment.result
       WHERE path = CAST('dump.rdb' AS BLOB) AND first_snapshot = 2`,
    )
    .get();
  database.close();
  if (row === undefined) throw new Error('dump.rdb has no increment');
  return String(row.id);
}

async function flip(file: string): Promise<void> {
  await fs.writeFile(file, flipped(await fs.readFile(file)));
}

/** Puts an increment with other content in the place of one, with rows that fit. */
async function forgeIncrement(repository: string, plain: Buffer): Promise<void> {
  const id = dumpIncrement(repository);
  const stored = await zstdCompressBuffer(plain, 19);
  await fs.writeFile(data(repository, `increments/${id}`), stored);
  const sql = 'UPDATE increment SET kind = 2, plain_bytes = ?, stored_bytes = ? WHERE id = ?';
  runSql(repository, sql, plain.length, stored.length, Number(id));
}

const KINDS: Readonly<Record<string, Kind>> = {
  'catalog-gone': {
    story: 'catalog.sqlite3 is not there',
    expected: REFUSED,
    damage: (repository) => fs.rm(catalogFile(repository)),
  },
  'catalog-empty': {
    story: 'catalog.sqlite3 has no bytes',
    expected: REFUSED,
    damage: (repository) => fs.truncate(catalogFile(repository)),
  },
  'catalog-cut-in-half': {
    story: 'catalog.sqlite3 has lost its second half',
    expected: REFUSED,
    damage: async (repository) => {
      const file = catalogFile(repository);
      await fs.truncate(file, (await fs.stat(file)).size >> 1);
    },
  },
  'catalog-other-bytes': {
    story: 'catalog.sqlite3 is no database',
    expected: REFUSED,
    damage: (repository) => fs.writeFile(catalogFile(repository), 'no database '.repeat(1000)),
  },
  'catalog-with-a-view': {
    story: 'the catalog has a view that is not of its format',
    expected: REFUSED,
    damage: (repository) => runSql(repository, 'CREATE VIEW v AS SELECT * FROM snapshot'),
  },
  'catalog-row': {
    story: 'a row of the catalog that only snapshot 2 has is not what its backup wrote',
    expected: { ...NOTHING_LOST, verify: 20, whole: '1, 3', after: '1, 3-4' },
    damage: (repository) =>
      runSql(
        repository,
        "UPDATE version SET uid = uid + 1 WHERE path = CAST('dump.rdb' AS BLOB) AND first_snapshot = 2",
      ),
  },
  'catalog-name-outside': {
    story: 'the catalog has a path that leads out of the destination, with digests that fit',
    expected: { ...REFUSED, list: 0, whole: '1', after: '1' },
    damage: (repository) =>
      forgeCatalog(
        repository,
        'UPDATE version SET path = ? WHERE path = ?',
        Buffer.from('../victim/file'),
        Buffer.from('folder/within'),
      ),
  },
  'copy-flipped': {
    story: 'a bit of the newest copy of the catalog is the other way round',
    expected: { ...NOTHING_LOST, verify: 20 },
    damage: (repository) => flip(data(repository, 'catalog.3.zst')),
  },
  'mirror-gone': {
    story: 'dump.rdb is not in the mirror; the older ones are made from it',
    expected: DUMP_LOST,
    damage: (repository) => fs.rm(path.join(repository, 'dump.rdb')),
  },
  'mirror-flipped': {
    story: 'a bit of dump.rdb in the mirror is the other way round',
    expected: DUMP_LOST,
    damage: (repository) => flip(path.join(repository, 'dump.rdb')),
  },
  'increment-gone': {
    story: 'the increment of dump.rdb at snapshot 2 is not there; that of 1 is made with it',
    expected: OLD_DUMPS_LOST,
    damage: (repository) => fs.rm(data(repository, `increments/${dumpIncrement(repository)}`)),
  },
  'increment-flipped': {
    story: 'a bit of the increment of dump.rdb at snapshot 2 is the other way round',
    expected: OLD_DUMPS_LOST,
    damage: (repository) => flip(data(repository, `increments/${dumpIncrement(repository)}`)),
  },
  'increment-without-end': {
    story: 'the increment of dump.rdb at snapshot 2 expands to 64 MiB of nothing',
    expected: OLD_DUMPS_LOST,
    damage: (repository) => forgeIncrement(repository, Buffer.alloc(64 << 20)),
  },
  'delta-beyond-its-basis': {
    story: 'the delta of dump.rdb at snapshot 2 copies from beyond the end of its basis',
    expected: OLD_DUMPS_LOST,
    damage: (repository) => forgeIncrement(repository, deltaOf(copy(2 ** 33, 2000))),
  },
  'increments-in-a-circle': {
    story: 'two increments are each the basis of the other',
    expected: OLD_DUMPS_LOST,
    damage: (repository) =>
      runSql(
        repository,
        `UPDATE increment SET kind = 2, basis = (SELECT content FROM version
           WHERE path = CAST('dump.rdb' AS BLOB) AND first_snapshot = 1) WHERE id = ?`,
        Number(dumpIncrement(repository)),
      ),
  },
  'staging-is-a-link': {
    story: 'staging leads out of the repository, to a folder that a writer would empty',
    expected: REFUSED,
    damage: async (repository) => {
      await fs.rm(data(repository, 'staging'), { recursive: true });
      await fs.symlink('../../victim', data(repository, 'staging'));
    },
  },
  'journal-names-a-file': {
    story: 'beside the catalog lies a journal with the name of a file that SQLite would delete',
    expected: REFUSED,
    damage: async (repository) => {
      const name = Buffer.from(`${HOME}/victim/file`);
      const numbers = Buffer.alloc(8);
      numbers.writeUInt32BE(name.length);
      numbers.writeUInt32BE(
        name.reduce((sum, byte) => sum + byte, 0),
        4,
      );
      const magic = Buffer.from('d9d505f920a163d7', 'hex');
      const file = `${catalogFile(repository)}-journal`;
      await fs.writeFile(file, Buffer.concat([magic, Buffer.alloc(504), name, numbers, magic]));
    },
  },
  'lock-other-bytes': {
    story: 'lock.sqlite3 is no database',
    expected: NOTHING_LOST,
    damage: (repository) => fs.writeFile(data(repository, 'lock.sqlite3'), 'no database'),
  },
  'left-over': {
    story: 'a backup was cut off before its commit and has left an increment and a staged file',
    expected: NOTHING_LOST,
    damage: async (repository) => {
      await fs.writeFile(data(repository, 'increments/99'), 'half an increment');
      await fs.writeFile(data(repository, 'staging/new/1'), 'half a file');
    },
  },
  'foreign-files': {
    story: 'somebody has put files into the mirror, our folder and increments/',
    expected: { ...NOTHING_LOST, verify: 3 },
    damage: async (repository) => {
      await fs.writeFile(path.join(repository, 'notes.txt'), 'of somebody');
      await fs.writeFile(data(repository, 'notes.txt'), 'of somebody');
      await fs.writeFile(data(repository, 'increments/notes.txt'), 'of somebody');
    },
  },
};

const out = process.argv[2] ?? fixturePath('damaged');
await fs.mkdir(out, { recursive: true });
await fs.mkdir(HOME);
try {
  const sandbox = await makeBase();
  for (const [kind, { story, expected, damage }] of Object.entries(KINDS)) {
    const folder = path.join(out, kind);
    if ((await fs.stat(folder).catch(() => null)) !== null) continue;
    const repository = path.join(HOME, kind);
    await run('cp', ['-a', '--', sandbox.repository, repository]);
    await damage(repository);
    await fs.mkdir(folder);
    const manifest: DamagedManifest = { story, expected, snapshots: sandbox.recorded };
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await fs.writeFile(path.join(folder, 'manifest.json'), text);
    const archive = path.join(folder, 'repository.tar.gz');
    const args = ['--format=posix', '--numeric-owner', '--sort=name', '-czf', archive];
    await run('tar', [...args, '-C', repository, '.']);
  }
} finally {
  await fs.rm(HOME, { recursive: true });
}

/** Three snapshots, in each of which dump.rdb is another one. */
async function makeBase(): Promise<Sandbox> {
  const fixture = (await listRepositoryFixtures()).find(
    ({ formatVersion, shape }) => formatVersion === 2 && shape === 'cut-off',
  );
  if (fixture === undefined) throw new Error('there is no v2/cut-off');
  const sandbox = new Sandbox(HOME, { records: true, stepSeconds: 86_400 });
  await unpackRepository(fixture, sandbox.repository);
  sandbox.recorded.push(...fixture.manifest.snapshots);
  const lastMs = Date.parse(sandbox.snapshot(2).time);
  sandbox.context.setTime(lastMs);
  await sandbox.restore({ to: sandbox.source });
  const dump = sandbox.inSource('dump.rdb');
  await fs.writeFile(dump, `${await fs.readFile(dump, 'utf8')}and of night 3\n`);
  await fs.utimes(dump, lastMs / 1000 + 80_000, lastMs / 1000 + 80_000);
  await sandbox.backup({ context: { hostName: 'fixture-host' } });
  if ((await readTree(sandbox.source))['dump.rdb'] === undefined) throw new Error('no dump.rdb');
  return sandbox;
}
