// Composing a run of deltas as they are stored. A long run is composed in two halves, the second one
// on a thread of its own, which begins before this thread has even opened the basis. What that thread
// fails at, for whatever reason, this one does again: its failure is told as if there were no other.
import type { Checkpoint } from '../system/time/checkpoint.js';
import type { FileSystem } from '../system/files/file-system.js';
import { JoinedReader } from '../system/files/joined-reader.js';
import { ComposeThread } from './compose-thread.js';
import { type ComposedRun, composeTables } from './compose-tables.js';
import { joinTables } from './delta-table.js';
import { type StoredDelta, toRun } from './stored-delta.js';

/** Deltas of fewer bytes in all are composed before another thread has begun. */
const THREAD_FROM_BYTES = 32 << 20;
/** What one thread composes while another starts (measured: 60 to 100 ms). */
const START_BYTES = 16 << 20;
/** So many bytes are decompressed in the time in which one byte of a delta is composed (measured). */
const ROOT_BYTES_PER_DELTA_BYTE = 3;

/**
 * How many of the first deltas this thread composes itself: all, or so many that it is through with
 * them when another thread is with the rest.
 * @param plainBytes lengths of the deltas
 * @param rootBytes what this thread has to decompress before it composes
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

/** A run that is being composed; whoever begins it closes it. */
export class StoredRun {
  readonly #fileSystem: FileSystem;
  readonly #own: readonly StoredDelta[];
  readonly #rest: readonly StoredDelta[];
  /** Length of what the own deltas make, if they are as recorded. */
  readonly #middleBytes: number;
  /** Where the literal bytes of the rest begin: behind any that the own deltas can have. */
  readonly #restLiteralsAt: number;
  readonly #thread: ComposeThread | null;

  /**
   * @param deltas at least one; of each but the last `maxResultBytes` is the very length of its result
   * @param rootBytes what this thread has to decompress before it can compose
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

  /** As composeTables. The result is the caller's to close. */
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
