// The rows of `snapshot`, one for each restorable point.
import { CorruptError } from '../../errors.js';
import { pathToBytes } from '../../system/files/byte-path.js';
import { CheckedRow } from './checked-row.js';
import type { Snapshot } from '../records.js';
import type { Connection } from '../sqlite.js';
import type { TableDigests } from './table-digests.js';

export class SnapshotTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;
  readonly #hasServers: () => boolean;

  /** @param hasServers whether the catalog's format keeps what servers said */
  constructor(connection: Connection, digests: TableDigests, hasServers: () => boolean) {
    this.#connection = connection;
    this.#digests = digests;
    this.#hasServers = hasServers;
  }

  /** All snapshots, oldest first. */
  list(): Snapshot[] {
    return this.#connection
      .prepare<[], object>(`${this.#query()} ORDER BY id`)
      .all()
      .map(toSnapshot);
  }

  newest(): Snapshot | null {
    const row = this.#connection
      .prepare<[], object>(`${this.#query()} ORDER BY id DESC LIMIT 1`)
      .get();
    return row === undefined ? null : toSnapshot(row);
  }

  /** Reads no other field, so that this can be said of damaged rows too. */
  count(): number {
    return Number(
      this.#connection.prepare<[], bigint>('SELECT count(*) FROM snapshot').pluck().get() ?? 0n,
    );
  }

  has(id: number): boolean {
    return this.#connection.prepare('SELECT 1 FROM snapshot WHERE id = ?').get(id) !== undefined;
  }

  #query(): string {
    return this.#hasServers()
      ? 'SELECT snapshot.*, server.said FROM snapshot LEFT JOIN server ON server.snapshot = id'
      : 'SELECT *, NULL AS said FROM snapshot';
  }

  /**
   * The id that the next snapshot gets; ids are never reused.
   * @throws CorruptError where the newest snapshot is not the last one that was inserted
   */
  nextId(): number {
    const id = nextId(this.#connection, 'snapshot');
    const newest = this.newest()?.id ?? 0;
    if (newest === id - 1) return id;
    throw new CorruptError(
      `the catalog is damaged: the last snapshot was ${id - 1}, and the newest one is ${newest}`,
    );
  }

  /** Inserts the row; `seal` may set `digest` and `addedBytes` later. */
  insert(snapshot: Snapshot): void {
    for (const table of ['snapshot', 'server', 'sqlite_sequence'] as const) {
      this.#digests.noteChange(table);
    }
    this.#connection
      .prepare(
        `INSERT INTO snapshot (id, time, host, source, program, files, source_bytes, new_files,
           changed_files, deleted_files, increment_bytes, added_bytes, notes, digest)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        snapshot.id,
        snapshot.timeSeconds,
        snapshot.host,
        pathToBytes(snapshot.source),
        snapshot.program,
        snapshot.files,
        snapshot.sourceBytes,
        snapshot.newFiles,
        snapshot.changedFiles,
        snapshot.deletedFiles,
        snapshot.incrementBytes,
        snapshot.addedBytes,
        snapshot.notesJson,
        snapshot.digest,
      );
    if (snapshot.serverJson === null) return;
    this.#connection
      .prepare('INSERT INTO server (snapshot, said) VALUES (?, ?)')
      .run(snapshot.id, snapshot.serverJson);
  }

  /** Sets the two values that are known only after all other rows of the snapshot are written. */
  seal(id: number, addedBytes: number, digest: Buffer): void {
    this.#digests.noteChange('snapshot');
    this.#connection
      .prepare('UPDATE snapshot SET added_bytes = ?, digest = ? WHERE id = ?')
      .run(addedBytes, digest, id);
  }

  /** Deletes the row, and what is said of the snapshot. The caller then narrows the versions in the same transaction. */
  delete(id: number): void {
    // The rows of the others go with the snapshot's.
    for (const table of ['snapshot', 'server', 'mark', 'tag', 'alarm'] as const) {
      this.#digests.noteChange(table);
    }
    // Versions may refer to the snapshot until they are narrowed. SQLite sets this back at the end of the transaction.
    this.#connection.pragma('defer_foreign_keys = ON');
    this.#connection.prepare('DELETE FROM snapshot WHERE id = ?').run(id);
  }
}

/**
 * One more than the largest id that a table with AUTOINCREMENT has ever had.
 * @throws CorruptError where a row has a larger id than SQLite has noted
 */
export function nextId(
  connection: Connection,
  table: 'snapshot' | 'increment' | 'verification',
): number {
  const noted = connection
    .prepare<[string], object>('SELECT name, seq FROM sqlite_sequence WHERE name = ?')
    .get(table);
  const last = noted === undefined ? 0 : new CheckedRow('sqlite_sequence', noted).count('seq');
  const largest = connection
    .prepare<[], { id: bigint | null }>(`SELECT max(id) AS id FROM ${table}`)
    .get();
  if (last >= Number(largest?.id ?? 0n) && last < Number.MAX_SAFE_INTEGER) return last + 1;
  throw new CorruptError(`the catalog is damaged: the last id of table '${table}' is not ${last}`);
}

function toSnapshot(values: object): Snapshot {
  const row = new CheckedRow('snapshot', values);
  return {
    id: row.id('id'),
    timeSeconds: row.seconds('time'),
    host: row.text('host'),
    source: row.path('source'),
    program: row.text('program'),
    files: row.count('files'),
    sourceBytes: row.count('source_bytes'),
    newFiles: row.count('new_files'),
    changedFiles: row.count('changed_files'),
    deletedFiles: row.count('deleted_files'),
    incrementBytes: row.count('increment_bytes'),
    // A commit may shrink the catalog.
    addedBytes: row.integer('added_bytes', -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    notesJson: row.text('notes'),
    serverJson: row.orNull('said', () => row.text('said')),
    digest: row.digest('digest'),
  };
}
