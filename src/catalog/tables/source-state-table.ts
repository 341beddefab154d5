// The rows of `source_state`: the stat that each file of SOURCE had when it was last read.
import { type BytePath, pathToBytes } from '../../system/files/byte-path.js';
import { CheckedRow } from './checked-row.js';
import type { SourceState } from '../records.js';
import type { Connection } from '../sqlite.js';
import type { TableDigests } from './table-digests.js';

export class SourceStateTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;

  constructor(connection: Connection, digests: TableDigests) {
    this.#connection = connection;
    this.#digests = digests;
  }

  list(): SourceState[] {
    return this.#connection
      .prepare<[], object>('SELECT * FROM source_state')
      .all()
      .map(toSourceState);
  }

  /** Reads each row and keeps none. @throws CorruptError */
  check(): void {
    const rows = this.#connection.prepare<[], object>('SELECT * FROM source_state').iterate();
    for (const row of rows) toSourceState(row);
  }

  /** Device and inode are unsigned 64-bit numbers, kept as the signed ones with the same bits. */
  put(state: SourceState): void {
    this.#digests.noteChange('source_state');
    this.#connection
      .prepare(
        `INSERT OR REPLACE INTO source_state
           (path, device, inode, size, mtime_ns, ctime_ns, settled)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        pathToBytes(state.path),
        BigInt.asIntN(64, state.device),
        BigInt.asIntN(64, state.inode),
        state.sizeBytes,
        state.mtimeNs,
        state.ctimeNs,
        state.isSettled ? 1 : 0,
      );
  }

  delete(path: BytePath): void {
    this.#digests.noteChange('source_state');
    this.#connection.prepare('DELETE FROM source_state WHERE path = ?').run(pathToBytes(path));
  }
}

function toSourceState(values: object): SourceState {
  const row = new CheckedRow('source_state', values);
  return {
    path: row.path('path'),
    device: BigInt.asUintN(64, row.bigint('device')),
    inode: BigInt.asUintN(64, row.bigint('inode')),
    sizeBytes: row.bigint('size'),
    mtimeNs: row.bigint('mtime_ns'),
    ctimeNs: row.bigint('ctime_ns'),
    isSettled: row.flag('settled'),
  };
}
