// Composes a run of stored deltas. A long run is composed in two parts. Another thread does the second
// part, and begins before this thread has even opened the basis. If the other thread fails, for whatever
// reason, this thread does that part again: an error is then the same as with one thread.
import type { FileSystem } from '../system/files/file-system.js';
import { JoinedReader } from '../system/files/joined-reader.js';
import type { Checkpoint } from '../system/time/checkpoint.js';
import { type ComposedRun, composeTables } from './compose-tables.js';
import { ComposeThread } from './threads/compose-thread.js';
import { joinTables } from './delta-table.js';
import { type StoredDelta, toRun } from './stored-delta.js';

/** A run with fewer bytes than this is composed before another thread could start. */
const THREAD_FROM_BYTES = 32 << 20;
/** What one thread composes while another one starts (measured: 60 to 100 ms). */
const START_BYTES = 16 << 20;
/** How many bytes are decompressed in the time that one byte of a delta takes to compose (measured). */
const ROOT_BYTES_PER_DELTA_BYTE = 3;

/**
 * How many deltas, from the first on, this thread composes itself. All of a short run. Of a long one, as
 * many as it finishes in the time in which another thread does the rest.
 * @param plainBytes lengths of the deltas
 * @param rootBytes how much this thread has to decompress before it composes
 */
export function planOwnShare(plainBytes: readonly number[], rootBytes: number): number {
  const total = sum(plainBytes);
  if (total < THREAD_FROM_BYTES) return plainBytes.length;
  const ownBytes = (total + START_BYTES - rootBytes / ROOT_BYTES_PER_DELTA_BYTE) / 2;
  let count = 1;
  for (let done = plainBytes[0] ?? 0; count < plainBytes.length - 1; count += 1) {
    done += plainBytes[count] ?? 0;
    if (done > ownBytes) break;
  }
  return count;
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}

/** A run that is being composed. Whoever creates it closes it. */
export class StoredRun {
  readonly #fileSystem: FileSystem;
  readonly #own: readonly StoredDelta[];
  readonly #rest: readonly StoredDelta[];
  /** Length of the result of this thread's deltas, if they are as recorded. */
  readonly #middleBytes: number;
  /** The number of the first literal byte of the rest: after all that this thread's deltas can have. */
  readonly #restLiteralsAt: number;
  readonly #thread: ComposeThread | null;

  /**
   * @param deltas at least one; `maxResultBytes` of each but the last is the exact length of its result
   * @param rootBytes how much this thread has to decompress before it can compose
   */
  constructor(fileSystem: FileSystem, deltas: readonly StoredDelta[], rootBytes: number) {
    const lengths = deltas.map(({ plainBytes }) => plainBytes);
    const share = planOwnShare(lengths, rootBytes);
    this.#fileSystem = fileSystem;
    this.#own = deltas.slice(0, share);
    this.#rest = deltas.slice(share);
    this.#middleBytes = this.#own.at(-1)?.maxResultBytes ?? 0;
    this.#restLiteralsAt = sum(lengths.slice(0, share));
    this.#thread =
      this.#rest.length === 0
        ? null
        : new ComposeThread(this.#rest, this.#middleBytes, this.#restLiteralsAt);
  }

  /** Like composeTables. The caller closes the result. */
  async compose(basisBytes: number, checkpoint: Checkpoint): Promise<ComposedRun> {
    const own = await composeTables(toRun(this.#fileSystem, this.#own), basisBytes, checkpoint);
    if (this.#rest.length === 0) return own;
    let rest: ComposedRun | null = null;
    try {
      rest = await this.#composeRest(own.table.resultBytes, checkpoint);
      const table = await joinTables(own.table, rest.table, checkpoint);
      const runs = [own, rest];
      const close = (): void => {
        table.entries.close();
        for (const run of runs) run.close();
      };
      const literals = new JoinedReader(own.literals, this.#restLiteralsAt, rest.literals);
      return { table, literals, close };
    } catch (error) {
      own.close();
      rest?.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }

  async #composeRest(basisBytes: number, checkpoint: Checkpoint): Promise<ComposedRun> {
    const made = basisBytes === this.#middleBytes ? await this.#thread?.take(checkpoint) : null;
    if (made) return made;
    const run = toRun(this.#fileSystem, this.#rest);
    return composeTables(run, basisBytes, checkpoint, this.#restLiteralsAt);
  }
}
