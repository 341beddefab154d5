// The rows of `source_state`: the stat that each file of SOURCE had when it was last read.
import { type BytePath, pathFromBytes, pathToBytes } from '../system/files/byte-path.js';
import type { SourceState } from './records.js';
import type { Connection } from './sqlite.js';

interface Row {
  readonly path: Buffer;
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly mtime_ns: bigint;
  readonly ctime_ns: bigint;
  readonly settled: bigint;
}

export class SourceStateTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  list(): SourceState[] {
    return this.#connection
      .prepare<[], Row>('SELECT * FROM source_state')
      .all()
      .map((row) => ({
        path: pathFromBytes(row.path),
        device: BigInt.asUintN(64, row.device),
        inode: BigInt.asUintN(64, row.inode),
        sizeBytes: row.size,
        mtimeNs: row.mtime_ns,
        ctimeNs: row.ctime_ns,
        isSettled: row.settled !== 0n,
      }));
  }

  /** Device and inode are unsigned 64-bit numbers, kept as the signed ones with the same bits. */
  put(state: SourceState): void {
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
    this.#connection.prepare('DELETE FROM source_state WHERE path = ?').run(pathToBytes(path));
  }
}
