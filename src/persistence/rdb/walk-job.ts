// One walk in the engine (wasm/rdb/rdb-job.ts), step by step. The job says which bytes it needs and is fed
// them. It hands out the records that it finds, and at the end what the file holds. walk-rdb.ts and
// rdb-walk-stream.ts bring the bytes.
import { randomBytes } from 'node:crypto';
import { type Checkpoint, uninterrupted } from '../../system/time/checkpoint.js';
import { instances } from '../../system/wasm/instance-pool.js';
import { STEP } from '../../system/wasm/step.js';
import type { RdbEngine, RdbExports } from './rdb-exports.js';
import type { RdbWalk } from './rdb-walk.js';
import { RecordColumns, type RdbRecordBatch } from './record-batch.js';
import { summarizeWalk } from './summarize-walk.js';

/**
 * `none`: not at all. `nightly`: for a bounded share of the time that the walk takes anyway. `deep`: everything that fits in about
 * 200 MiB of memory. What is left out is counted.
 */
export type WalkDepth = 'none' | 'nightly' | 'deep';

export interface WalkOptions {
  /**
   * Takes some records, in the order of the file. The columns are views on memory that is used again: they
   * are valid until the returned promise settles. No command asks for records yet: the shift of expiries
   * and the inspection of keys will.
   */
  readonly onRecords?: (batch: RdbRecordBatch) => void | Promise<void>;
  readonly checkpoint?: Checkpoint;
  /** Whether to sum up every byte with CRC-64 too, and to look into values: true unless given. */
  readonly verifyChecksum?: boolean;
  /** How deep values are looked into: `nightly` unless given. */
  readonly depth?: WalkDepth;
}

export class WalkJob {
  readonly #engine: RdbEngine;
  readonly #columns: RecordColumns;
  readonly #onRecords: WalkOptions['onRecords'];
  readonly #checkpoint: Checkpoint;
  readonly #verifiesChecksum: boolean;
  readonly #sizeBytes: number;
  #outcome: number = STEP.needInput;

  constructor(sizeBytes: number, options: WalkOptions) {
    this.#sizeBytes = sizeBytes;
    this.#onRecords = options.onRecords;
    this.#checkpoint = options.checkpoint ?? uninterrupted;
    this.#verifiesChecksum = options.verifyChecksum ?? true;
    const isDeep = options.depth === 'deep';
    this.#engine = instances.take<RdbExports>(isDeep ? 'large' : 'small');
    const { exports } = this.#engine;
    exports.rdbOpen(sizeBytes, this.#verifiesChecksum ? 1 : 0);
    const isLooking = this.#verifiesChecksum && options.depth !== 'none';
    if (isLooking) exports.rdbCheck(isDeep ? 1 : 0, randomWord(), randomWord());
    this.#columns = new RecordColumns(this.#engine);
  }

  /** Offset of the byte that must be fed next. */
  get nextByte(): number {
    return this.#engine.exports.rdbNext();
  }

  /** Whether more bytes can change the result. After a stop, they can for the checksum alone. */
  get wantsMore(): boolean {
    if (this.#outcome === STEP.error) return this.#verifiesChecksum && this.#mayBeSealed();
    return this.#outcome === STEP.needInput;
  }

  /**
   * Offset after the last byte of the RDB. Null before it is reached. If the walk stopped, a right checksum
   * shows it.
   */
  get endAt(): number | null {
    const { exports } = this.#engine;
    if (this.#outcome === STEP.end) return exports.rdbEnd();
    return this.#outcome === STEP.error ? exports.rdbSealedEnd() || null : null;
  }

  /** Where to put the next bytes, from its beginning on. */
  room(): Uint8Array {
    const { exports, view } = this.#engine;
    return view(exports.rdbInput(), exports.rdbInputCapacity());
  }

  /** Walks the `length` bytes that were put into the room. */
  async feed(length: number): Promise<void> {
    const { exports } = this.#engine;
    exports.rdbFeed(length);
    await this.#run(() => exports.rdbStep());
  }

  /** Ends the job. Call this once, when there are no more bytes or no more are wanted. */
  async finish(): Promise<RdbWalk> {
    const { exports } = this.#engine;
    // After a stop, the last bytes may still be the checksum.
    if (this.#outcome !== STEP.end) await this.#run(() => exports.rdbFinish());
    const walk = summarizeWalk(this.#engine, this.#sizeBytes);
    instances.giveBack(this.#engine);
    return walk;
  }

  async #run(step: () => number): Promise<void> {
    do {
      this.#outcome = step();
      const count = this.#engine.exports.rdbTakeBatch();
      if (count > 0) await this.#onRecords?.(this.#columns.batch(count));
      await this.#checkpoint();
    } while (this.#outcome === STEP.again);
  }

  /** Whether the file has a header, and its checksum is still to come. */
  #mayBeSealed(): boolean {
    const { exports } = this.#engine;
    const isSearching = exports.rdbVersion() !== 0 && exports.rdbSealedEnd() === 0;
    return isSearching && exports.rdbNext() < this.#sizeBytes;
  }
}

function randomWord(): bigint {
  return randomBytes(8).readBigUInt64LE();
}
