// A walk through an RDB that is being read for another purpose: its bytes are pushed as they come, in
// pieces of any size.
import type { RdbWalk } from './rdb-walk.js';
import { WalkJob, type WalkOptions } from './walk-job.js';

/** Like walkRdb, for bytes in order from the first on. Until it is finished, it holds about 1 MB. */
export class RdbWalkStream {
  readonly #job: WalkJob;
  readonly #sizeBytes: number;
  #pushedBytes = 0;

  /** @param sizeBytes how many bytes will be pushed in all */
  constructor(sizeBytes: number, options: WalkOptions = {}) {
    this.#sizeBytes = sizeBytes;
    this.#job = new WalkJob(sizeBytes, options);
  }

  /** Takes the next bytes. They may be reused when the promise settles. */
  async push(bytes: Uint8Array): Promise<void> {
    let at = this.#pushedBytes;
    this.#pushedBytes += bytes.length;
    if (this.#pushedBytes > this.#sizeBytes) {
      throw new Error(`${this.#pushedBytes} bytes were pushed of an RDB of ${this.#sizeBytes}`);
    }
    let rest = bytes;
    while (rest.length > 0 && this.#job.wantsMore) {
      const skipped = Math.min(this.#job.nextByte - at, rest.length);
      const room = this.#job.room();
      const piece = rest.subarray(skipped, skipped + room.length);
      rest = rest.subarray(skipped + piece.length);
      at += skipped + piece.length;
      if (piece.length === 0) continue;
      room.set(piece);
      await this.#job.feed(piece.length);
    }
  }

  /**
   * Offset after the last byte of the RDB, once it was pushed, as far as the walk or a right checksum shows
   * it. Commands of an AOF may follow.
   */
  get endAt(): number | null {
    return this.#job.endAt;
  }

  /** Call this once, after all bytes were pushed. */
  async finish(): Promise<RdbWalk> {
    if (this.#pushedBytes < this.#sizeBytes) {
      throw new Error(
        `only ${this.#pushedBytes} bytes were pushed of an RDB of ${this.#sizeBytes}`,
      );
    }
    return this.#job.finish();
  }
}
