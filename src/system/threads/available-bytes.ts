// How many bytes of a file can be read while another thread is writing it. The count is in shared memory: the
// writer raises it, and readers wait for it.
import { CorruptError } from '../../errors.js';

/**
 * One BigInt64 in shared memory. While the writer goes on it is the count of bytes, which only grows. At
 * the end it is ENDED minus the count. After a failure of the writer it is GIVEN_UP.
 */
export type AvailableBytes = SharedArrayBuffer;

const GIVEN_UP = -1n;
const ENDED = -2n;

export function createAvailableBytes(): AvailableBytes {
  return new SharedArrayBuffer(8);
}

/** Tells the readers that the first `count` bytes can be read. */
export function raiseAvailableBytes(available: AvailableBytes, count: number): void {
  change(available, BigInt(count));
}

/** Tells the readers that the file is complete, with `count` bytes. */
export function endAvailableBytes(available: AvailableBytes, count: number): void {
  change(available, ENDED - BigInt(count));
}

/** Tells the readers that the writer failed: every wait, now and later, ends with an error. */
export function giveUpAvailableBytes(available: AvailableBytes): void {
  change(available, GIVEN_UP);
}

function change(available: AvailableBytes, value: bigint): void {
  const cell = new BigInt64Array(available);
  if (Atomics.load(cell, 0) === GIVEN_UP) return;
  Atomics.store(cell, 0, value);
  Atomics.notify(cell, 0);
}

export interface Present {
  readonly count: number;
  /** Whether the file is complete. */
  readonly isAll: boolean;
}

/**
 * Waits until more than `count` bytes can be read, or the file is complete. Blocks, so it must not be used
 * on the main thread.
 * @throws CorruptError where the writer gave up
 */
export function awaitMore(available: AvailableBytes, count: number): Present {
  const cell = new BigInt64Array(available);
  for (;;) {
    const value = Atomics.load(cell, 0);
    if (value === GIVEN_UP) throw new CorruptError('the writer of this file gave up');
    if (value <= ENDED) return { count: Number(ENDED - value), isAll: true };
    if (value > BigInt(count)) return { count: Number(value), isAll: false };
    Atomics.wait(cell, 0, value);
  }
}
