// Catalogs that no backup of this machine would write: rows edited by SQL and the digests of all
// snapshots made anew, as somebody would who hands over a repository with bad intent, or as another
// machine with other users would have written them.
import path from 'node:path';

import Database from 'better-sqlite3';

import { Catalog } from '../../../src/catalog/catalog.js';
import type { ExaminationRecord } from '../../../src/catalog/records.js';
import { digestSnapshot } from '../../../src/catalog/tables/snapshot-digest.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';

export function catalogFile(repository: string): string {
  return path.join(repository, 'redis-rewind-data', 'catalog.sqlite3');
}

/** Runs one statement; BLOBs are passed as Buffers. Digests are left as they are. */
export function runSql(repository: string, sql: string, ...values: readonly unknown[]): void {
  const connection = new Database(catalogFile(repository));
  try {
    connection.pragma('foreign_keys = OFF');
    connection.pragma('ignore_check_constraints = ON');
    connection.prepare(sql).run(...values);
  } finally {
    connection.close();
  }
}

/** As runSql. The digests of tables are right afterwards, those of snapshots are left as they are. */
export function forgeRows(repository: string, sql: string, ...values: readonly unknown[]): void {
  runSql(repository, sql, ...values);
  const catalog = Catalog.open(pathFromText(catalogFile(repository)), { readOnly: false });
  try {
    catalog.annotate(() => catalog.sealTables());
  } finally {
    catalog.close();
  }
}

/** Replaces what was found in each content of the newest snapshot; the digests are right afterwards. */
export function forgeFindings(repository: string, foundJson: string): void {
  changeExaminations(repository, (record) => ({ ...record, foundJson }));
}

/** Changes the examination of each content of the newest snapshot; the digests are right afterwards. */
export function changeExaminations(
  repository: string,
  change: (record: ExaminationRecord) => ExaminationRecord,
): void {
  const catalog = Catalog.open(pathFromText(catalogFile(repository)), { readOnly: false });
  try {
    catalog.write(() => {
      for (const { content } of catalog.versions.listNewest()) {
        const record = content === null ? undefined : catalog.examinations?.all().get(content.id);
        if (content === null || record === undefined) continue;
        catalog.examinations?.put(content, change(record));
      }
    });
  } finally {
    catalog.close();
  }
}

/** As runSql, and every snapshot's digest is right again afterwards. */
export function forgeCatalog(repository: string, sql: string, ...values: readonly unknown[]): void {
  runSql(repository, sql, ...values);
  const catalog = Catalog.open(pathFromText(catalogFile(repository)), { readOnly: false });
  try {
    catalog.write(() => {
      for (const snapshot of catalog.snapshots.list()) {
        const digest = digestSnapshot(snapshot, catalog.versions.listAt(snapshot.id));
        catalog.snapshots.seal(snapshot.id, snapshot.addedBytes, digest);
      }
      catalog.sealTables();
    });
  } finally {
    catalog.close();
  }
}
