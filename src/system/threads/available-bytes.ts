// How much of a file that one thread is writing can be read by the others: a count on shared memory,
// raised by the writer, waited for by the readers.
import { CorruptError } from '../../errors.js';

/**
 * One BigInt64 on shared memory: how many bytes there are while more may come, a count that only
 * grows; ENDED less their count once no more will; or GIVEN_UP.
 */
export type AvailableBytes = SharedArrayBuffer;

const GIVEN_UP = -1n;
const ENDED = -2n;

export function createAvailableBytes(): AvailableBytes {
  return new SharedArrayBuffer(8);
}

/** Tells readers that the first `count` bytes can be read. */
export function raiseAvailableBytes(available: AvailableBytes, count: number): void {
  change(available, BigInt(count));
}

/** Tells readers that there are `count` bytes, and will never be more. */
export function endAvailableBytes(available: AvailableBytes, count: number): void {
  change(available, ENDED - BigInt(count));
}

/** Makes every reader that waits, or will wait, end with an error. */
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
  readonly isAll: boolean;
}

/**
 * Blocks until there are more than `count` bytes, or no more will come. Must not be used on the main
 * thread, which may not block.
 * @throws CorruptError where the writer gave up
 */
export function awaitMore(available: AvailableBytes, count: number): Present {
  const cell = new BigInt64Array(available);
  for (;;) {
    const value = Atomics.load(cell, 0);
    if (value === GIVEN_UP) throw new CorruptError('the file was given up while it was written');
    if (value <= ENDED) return { count: Number(ENDED - value), isAll: true };
    if (value > BigInt(count)) return { count: Number(value), isAll: false };
    Atomics.wait(cell, 0, value);
  }
}
