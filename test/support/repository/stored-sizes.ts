// What the catalog says of sizes and of what it holds, beside the files on the disk: read with SQL, without the program.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { catalogFile } from './edit-catalog.js';

const REMARK_TABLES = ['mark', 'tag', 'alarm'];

/** The sum of the sizes of all increments on the disk. */
export function incrementBytesOnDisk(repository: string): number {
  return [...incrementFiles(repository).values()].reduce((sum, size) => sum + size, 0);
}

/** One line for each row that does not fit its file or has no use, and for each file without a row. */
export function storageFaults(repository: string): string[] {
  const connection = new Database(catalogFile(repository), { readonly: true });
  const rows = <Row>(sql: string): Row[] => connection.prepare<[], Row>(sql).all();
  try {
    const files = incrementFiles(repository);
    const increments = rows<{ id: number; size: number }>(
      'SELECT id, stored_bytes AS size FROM increment',
    );
    const known = new Set(increments.map(({ id }) => String(id)));
    const mirror = rows<{ path: Buffer; size: number }>(
      'SELECT path, size FROM version JOIN content ON content.id = version.content WHERE last_snapshot IS NULL',
    );
    const unused = rows<{ id: number }>(
      `SELECT id FROM content WHERE id NOT IN (SELECT content FROM version WHERE content IS NOT NULL)
       AND id NOT IN (SELECT basis FROM increment WHERE basis IS NOT NULL)`,
    );
    const remarks = REMARK_TABLES.flatMap((table) =>
      rows<{ snapshot: number }>(
        `SELECT snapshot FROM ${table} WHERE snapshot NOT IN (SELECT id FROM snapshot)`,
      ).map(({ snapshot }) => `${table} of snapshot ${snapshot}, which is gone`),
    );
    return [
      ...increments
        .filter(({ id, size }) => files.get(String(id)) !== size)
        .map(({ id, size }) => `increment ${id}: ${files.get(String(id))}, not ${size}`),
      ...[...files.keys()].filter((name) => !known.has(name)).map((name) => `increments/${name}`),
      ...mirror
        .filter((file) => statSync(path.join(repository, String(file.path))).size !== file.size)
        .map((file) => `mirror file ${String(file.path)}, not ${file.size}`),
      ...unused.map(({ id }) => `content ${id} has no use`),
      ...remarks,
    ];
  } finally {
    connection.close();
  }
}

function incrementFiles(repository: string): Map<string, number> {
  const folder = path.join(repository, 'redis-rewind-data', 'increments');
  return new Map(
    readdirSync(folder).map((name) => [name, statSync(path.join(folder, name)).size] as const),
  );
}
