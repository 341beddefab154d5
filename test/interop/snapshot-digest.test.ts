// The digest of a snapshot, computed a second time from docs/format.md alone, over rows that the sqlite3
// program prints.
import { createHash } from 'node:crypto';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { runProgram } from '../../src/system/programs/run-program.js';
import { recordNights } from '../support/sandbox/four-nights.js';

type Value = string | number | null;
type Field = Value | Buffer | undefined;

test('the digest of a snapshot is the one that docs/format.md describes', async (t) => {
  const { repository } = await recordNights(t);
  const snapshots = query(
    t,
    repository,
    `SELECT hex(digest), id, time, host, hex(source), program, files, source_bytes, new_files,
       changed_files, deleted_files, increment_bytes, added_bytes, notes FROM snapshot`,
  );
  t.is(snapshots.length, 4);
  for (const [digest, id, time, host, source, ...others] of snapshots) {
    const versions = query(
      t,
      repository,
      `SELECT hex(path), type, mode, uid, gid, owner_name, group_name, CAST(mtime_ns AS TEXT), size,
         iif(sha256 IS NULL, NULL, hex(sha256)), iif(link_target IS NULL, NULL, hex(link_target)),
         flags FROM version LEFT JOIN content ON content.id = version.content
       WHERE first_snapshot <= ${id} AND (last_snapshot IS NULL OR last_snapshot >= ${id})
       ORDER BY path`,
    );
    const fields: Field[] = ['redis-rewind snapshot 1', id, time, host, bytes(source)];
    fields.push(...others);
    for (const [
      name,
      type,
      mode,
      uid,
      gid,
      owner,
      group,
      mtime,
      size,
      sha256,
      link,
      flags,
    ] of versions) {
      const typeName = ['file', 'directory', 'symlink'][Number(type) - 1] ?? null;
      fields.push(bytes(name), typeName, mode, uid, gid, owner, group, mtime);
      fields.push(size, bytes(sha256), bytes(link), Number(flags) & 1);
    }
    t.is(digestOf(fields), String(digest), `snapshot ${id}`);
  }
});

type Row = [Value, Value, Value, Value, Value, ...Value[]];

/** Rows in the order of the columns asked for; without BLOBs, which JSON has not. */
function query(t: ExecutionContext, repository: string, sql: string): Row[] {
  const catalog = path.join(repository, 'redis-rewind-data', 'catalog.sqlite3');
  const { code, stdout, stderr } = runProgram('sqlite3', ['-readonly', '-json', catalog, sql]);
  t.is(code, 0, stderr);
  const rows = JSON.parse(stdout.toString('utf8')) as Record<string, Value>[];
  return rows.map((row) => Object.values(row) as Row);
}

function bytes(hex: Value | undefined): Buffer | null {
  return typeof hex === 'string' ? Buffer.from(hex, 'hex') : null;
}

/** Netstrings: the length in bytes, `:`, the bytes, `,`; and `-,` for NULL. */
function digestOf(fields: readonly Field[]): string {
  const hash = createHash('sha256');
  for (const field of fields) {
    if (field === null || field === undefined) {
      hash.update('-,');
    } else {
      const value = Buffer.isBuffer(field) ? field : Buffer.from(String(field), 'utf8');
      hash.update(`${value.length}:`).update(value).update(',');
    }
  }
  return hash.digest('hex').toUpperCase();
}
