// The orders to the thread that examines files, and how it learns which file to examine.
import type { ExaminedKind } from './examine-file.js';

export const EXAMINE_ORDER = {
  /** A new file begins: the shared memory has its kind and length. An unfinished one is given up. */
  begin: -1,
  /** The file has ended: send what was found. */
  finish: -2,
} as const;

const KINDS: readonly ExaminedKind[] = ['dump', 'log'];

/** The shared memory that says which file is examined: its kind, and its length in bytes. */
export class ExaminedFile {
  readonly #cells: Float64Array;

  static createShared(): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * 8);
  }

  constructor(shared: SharedArrayBuffer) {
    this.#cells = new Float64Array(shared);
  }

  /** Call this only while the other thread has nothing to do. */
  set(kind: ExaminedKind, sizeBytes: number): void {
    this.#cells.set([KINDS.indexOf(kind), sizeBytes]);
  }

  get(): { readonly kind: ExaminedKind; readonly sizeBytes: number } {
    const [index = 0, sizeBytes = 0] = this.#cells;
    return { kind: KINDS[index] ?? 'dump', sizeBytes };
  }
}
