// The rows of `increment`: what rebuilds each content that is no longer in the mirror. A content either is
// in the mirror or has exactly one increment, never both. So a chain cannot run in a circle.
import { CorruptError } from '../../errors.js';
import { CheckedRow } from './checked-row.js';
import type { Increment } from '../records.js';
import { KIND_NUMBER } from '../schema.js';
import { nextId } from './snapshot-table.js';
import type { Connection } from '../sqlite.js';
import type { TableDigests } from './table-digests.js';

export class IncrementTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;

  constructor(connection: Connection, digests: TableDigests) {
    this.#connection = connection;
    this.#digests = digests;
  }

  /** The id that the next increment gets; ids are never reused. */
  nextId(): number {
    return nextId(this.#connection, 'increment');
  }

  /** The ids of all increments, without the rest of their rows. */
  ids(): number[] {
    return this.#connection
      .prepare<[], object>('SELECT id FROM increment ORDER BY id')
      .all()
      .map((row) => new CheckedRow('increment', row).id('id'));
  }

  list(): Increment[] {
    const increments = this.#connection
      .prepare<[], object>('SELECT * FROM increment ORDER BY id')
      .all()
      .map(toIncrement);
    requireOneForEach(increments);
    return increments;
  }

  /** The increment that rebuilds a content; null where the content is in the mirror. */
  findByResult(contentId: number): Increment | null {
    const row = this.#connection
      .prepare<[number], object>('SELECT * FROM increment WHERE result = ?')
      .get(contentId);
    return row === undefined ? null : toIncrement(row);
  }

  /**
   * The plain bytes of the longest chain of deltas that starts at a content and leads to older contents.
   * Zero where no delta has this content as its basis.
   */
  longestChainBytes(contentId: number): number {
    // Each content has one increment, so the query meets each content once. In a damaged catalog the
    // chain may lead back to a content; the query must end there.
    const row = this.#connection
      .prepare<[number, number, number], { bytes: bigint | number | null }>(
        `WITH RECURSIVE hanging (content, bytes) AS (
           SELECT result, plain_bytes FROM increment WHERE basis = ? AND result <> ?
           UNION ALL
           SELECT increment.result, hanging.bytes + increment.plain_bytes
           FROM hanging JOIN increment ON increment.basis = hanging.content
           WHERE increment.result <> ?
           LIMIT (SELECT count(*) FROM increment)
         )
         SELECT max(bytes) AS bytes FROM hanging`,
      )
      .get(contentId, contentId, contentId);
    // A sum beyond 2^63 comes as a fraction.
    return Number(row?.bytes ?? 0);
  }

  /** Ids of the contents whose mirror files were already damaged when their increments were made. */
  listDamagedResults(): number[] {
    return this.#connection
      .prepare<[], object>(
        `SELECT result FROM increment JOIN content ON content.id = increment.result
         WHERE content.sha256 <> increment.result_sha256`,
      )
      .all()
      .map((row) => new CheckedRow('increment', row).id('result'));
  }

  insert(increment: Increment): void {
    this.#digests.noteChange('increment');
    this.#digests.noteChange('sqlite_sequence');
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
    this.#digests.noteChange('increment');
    this.#connection.prepare('DELETE FROM increment WHERE id = ?').run(id);
  }
}

function toIncrement(values: object): Increment {
  const row = new CheckedRow('increment', values);
  const kind = row.integer('kind', KIND_NUMBER.full, KIND_NUMBER.delta);
  const basisId = row.orNull('basis', () => row.id('basis'));
  if ((kind === KIND_NUMBER.delta) !== (basisId !== null)) {
    throw row.damaged('basis', basisId === null ? 'the content of a basis' : 'missing');
  }
  return {
    id: row.id('id'),
    kind: kind === KIND_NUMBER.full ? 'full' : 'delta',
    resultId: row.id('result'),
    basisId,
    resultSha256: row.digest('result_sha256'),
    resultBytes: row.count('result_size'),
    plainBytes: row.count('plain_bytes'),
    storedBytes: row.count('stored_bytes'),
    storedSha256: row.digest('stored_sha256'),
  };
}

/** @throws CorruptError where two increments rebuild one content, which only a damaged index lets in */
function requireOneForEach(increments: readonly Increment[]): void {
  const results = new Set<number>();
  for (const { id, resultId } of increments) {
    if (results.has(resultId)) {
      throw new CorruptError(`increment ${id} is the second one of content ${resultId}`, {
        incrementId: id,
      });
    }
    results.add(resultId);
  }
}
