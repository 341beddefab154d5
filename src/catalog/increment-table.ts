// The rows of `increment`: what rebuilds each content that is no longer in the mirror. A content either is
// in the mirror or has exactly one increment, never both. So a chain cannot run in a circle.
import { toBlob, toInteger } from './column-values.js';
import type { Increment } from './records.js';
import { KIND_NUMBER } from './schema.js';
import { nextId } from './snapshot-table.js';
import type { Connection } from './sqlite.js';

interface Row {
  readonly id: bigint;
  readonly kind: bigint;
  readonly result: bigint;
  readonly basis: bigint | null;
  readonly result_sha256: Buffer;
  readonly result_size: bigint;
  readonly plain_bytes: bigint;
  readonly stored_bytes: bigint;
  readonly stored_sha256: Buffer;
}

export class IncrementTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The id that the next increment gets; ids are never reused. */
  nextId(): number {
    return nextId(this.#connection, 'increment');
  }

  list(): Increment[] {
    return this.#connection
      .prepare<[], Row>('SELECT * FROM increment ORDER BY id')
      .all()
      .map(toIncrement);
  }

  /** The increment that rebuilds a content; null where the content is in the mirror. */
  findByResult(contentId: number): Increment | null {
    const row = this.#connection
      .prepare<[number], Row>('SELECT * FROM increment WHERE result = ?')
      .get(contentId);
    return row === undefined ? null : toIncrement(row);
  }

  /**
   * The plain bytes of the longest chain of deltas that starts at a content and leads to older contents.
   * Zero where no delta has this content as its basis.
   */
  longestChainBytes(contentId: number): number {
    // Each content has one increment, so the query meets each content once. In a damaged catalog the
    // chain may lead back to its first content; the query must end there.
    const row = this.#connection
      .prepare<[number, number, number], { bytes: bigint | null }>(
        `WITH RECURSIVE hanging (content, bytes) AS (
           SELECT result, plain_bytes FROM increment WHERE basis = ? AND result <> ?
           UNION ALL
           SELECT increment.result, hanging.bytes + increment.plain_bytes
           FROM hanging JOIN increment ON increment.basis = hanging.content
           WHERE increment.result <> ?
         )
         SELECT max(bytes) AS bytes FROM hanging`,
      )
      .get(contentId, contentId, contentId);
    return Number(row?.bytes ?? 0);
  }

  /** Ids of the contents whose mirror files were already damaged when their increments were made. */
  listDamagedResults(): number[] {
    return this.#connection
      .prepare<[], { result: bigint }>(
        `SELECT result FROM increment JOIN content ON content.id = increment.result
         WHERE content.sha256 <> increment.result_sha256`,
      )
      .all()
      .map((row) => Number(row.result));
  }

  insert(increment: Increment): void {
    this.#connection
      .prepare(
        `INSERT INTO increment (id, kind, result, basis, result_sha256, result_size, plain_bytes,
           stored_bytes, stored_sha256)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        increment.id,
        KIND_NUMBER[increment.kind],
        increment.resultId,
        increment.basisId,
        increment.resultSha256,
        increment.resultBytes,
        increment.plainBytes,
        increment.storedBytes,
        increment.storedSha256,
      );
  }

  delete(id: number): void {
    this.#connection.prepare('DELETE FROM increment WHERE id = ?').run(id);
  }
}

function toIncrement(row: Row): Increment {
  return {
    id: toInteger(row.id),
    kind: toInteger(row.kind) === KIND_NUMBER.full ? 'full' : 'delta',
    resultId: toInteger(row.result),
    basisId: row.basis === null ? null : toInteger(row.basis),
    resultSha256: toBlob(row.result_sha256),
    resultBytes: toInteger(row.result_size),
    plainBytes: toInteger(row.plain_bytes),
    storedBytes: toInteger(row.stored_bytes),
    storedSha256: toBlob(row.stored_sha256),
  };
}
