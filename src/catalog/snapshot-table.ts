// The rows of `snapshot`, one for each restorable point.
import { pathFromBytes, pathToBytes } from '../system/files/byte-path.js';
import { toBlob, toInteger } from './column-values.js';
import type { Snapshot } from './records.js';
import type { Connection } from './sqlite.js';

interface Row {
  readonly id: bigint;
  readonly time: bigint;
  readonly host: string;
  readonly source: Buffer;
  readonly program: string;
  readonly files: bigint;
  readonly source_bytes: bigint;
  readonly new_files: bigint;
  readonly changed_files: bigint;
  readonly deleted_files: bigint;
  readonly increment_bytes: bigint;
  readonly added_bytes: bigint;
  readonly notes: string;
  readonly digest: Buffer;
  readonly said: string | null;
}

export class SnapshotTable {
  readonly #connection: Connection;
  readonly #hasServers: () => boolean;

  /** @param hasServers whether the catalog's format keeps what servers said */
  constructor(connection: Connection, hasServers: () => boolean) {
    this.#connection = connection;
    this.#hasServers = hasServers;
  }

  /** All snapshots, oldest first. */
  list(): Snapshot[] {
    return this.#connection.prepare<[], Row>(`${this.#query()} ORDER BY id`).all().map(toSnapshot);
  }

  newest(): Snapshot | null {
    const row = this.#connection
      .prepare<[], Row>(`${this.#query()} ORDER BY id DESC LIMIT 1`)
      .get();
    return row === undefined ? null : toSnapshot(row);
  }

  #query(): string {
    return this.#hasServers()
      ? 'SELECT snapshot.*, server.said FROM snapshot LEFT JOIN server ON server.snapshot = id'
      : 'SELECT *, NULL AS said FROM snapshot';
  }

  /** The id that the next snapshot gets; ids are never reused. */
  nextId(): number {
    return nextId(this.#connection, 'snapshot');
  }

  /** Inserts the row; `seal` may set `digest` and `addedBytes` later. */
  insert(snapshot: Snapshot): void {
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
    this.#connection
      .prepare('UPDATE snapshot SET added_bytes = ?, digest = ? WHERE id = ?')
      .run(addedBytes, digest, id);
  }
}

/** One more than the largest id that a table with AUTOINCREMENT has ever had. */
export function nextId(connection: Connection, table: 'snapshot' | 'increment'): number {
  const row = connection
    .prepare<[string], { seq: bigint }>('SELECT seq FROM sqlite_sequence WHERE name = ?')
    .get(table);
  return Number(row?.seq ?? 0n) + 1;
}

function toSnapshot(row: Row): Snapshot {
  return {
    id: toInteger(row.id),
    timeSeconds: toInteger(row.time),
    host: row.host,
    source: pathFromBytes(toBlob(row.source)),
    program: row.program,
    files: toInteger(row.files),
    sourceBytes: toInteger(row.source_bytes),
    newFiles: toInteger(row.new_files),
    changedFiles: toInteger(row.changed_files),
    deletedFiles: toInteger(row.deleted_files),
    incrementBytes: toInteger(row.increment_bytes),
    addedBytes: toInteger(row.added_bytes),
    notesJson: row.notes,
    serverJson: row.said,
    digest: toBlob(row.digest),
  };
}
