// The README inside every repository: how to restore a file by hand, with only sqlite3, zstd and rdiff.
import { CATALOG_NAME, INCREMENTS_NAME, STAGING_NAME } from './layout.js';

export const README_TEXT = `This folder belongs to redis-rewind. The files beside it are the newest snapshot, as plain files;
with "redis-rewind restore -r TIME REPO DEST" every older one comes back.

By hand, without redis-rewind (sqlite3, zstd and rdiff are enough), in this folder:

1. The snapshots:
     sqlite3 ${CATALOG_NAME} "SELECT id, datetime(time, 'unixepoch'), files FROM snapshot"

2. The content of a file at snapshot 7, say dump.rdb:
     sqlite3 ${CATALOG_NAME} "SELECT content, hex(sha256), size FROM version
       JOIN content ON content.id = version.content
       WHERE path = CAST('dump.rdb' AS BLOB) AND first_snapshot <= 7
         AND (last_snapshot IS NULL OR last_snapshot >= 7)"

3. What rebuilds content 42, the last step first:
     sqlite3 ${CATALOG_NAME} "WITH RECURSIVE chain (step, result, id, kind, basis) AS (
         SELECT 1, result, id, kind, basis FROM increment WHERE result = 42
         UNION ALL
         SELECT step + 1, increment.result, increment.id, increment.kind, increment.basis
         FROM chain JOIN increment ON increment.result = chain.basis)
       SELECT id, CASE kind WHEN 1 THEN 'full' ELSE 'delta' END, basis FROM chain ORDER BY step"
   Where nothing is printed, the content lies beside this folder as a plain file:
     sqlite3 ${CATALOG_NAME} "SELECT CAST(path AS TEXT) FROM version
       WHERE content = 42 AND last_snapshot IS NULL"
   Otherwise begin at the last line printed. A full copy is "zstd -d < ${INCREMENTS_NAME}/ID > file". For a
   delta, find the plain file of its basis in the same way, and from there up to the first line:
     zstd -d < ${INCREMENTS_NAME}/ID > delta
     rdiff patch basis-file delta result-file

4. sha256sum of the result must be what step 2 printed.

If a file is not where it should be, and ${STAGING_NAME}/ is not empty, a backup was cut off between its
commit and its end: look into the table owed_operation for the name that it still has in ${STAGING_NAME}/.
`;
