// What the thread that examines files can be told, and how it is told of which file.
import type { ExaminedKind } from './examine-file.js';

export const EXAMINE_ORDER = {
  /** A new file begins, of the kind and length that are in the shared memory; what was before is given up. */
  begin: -1,
  /** The file has ended: what was found is to be sent. */
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

  /** To be called while the other thread has nothing to do. */
  set(kind: ExaminedKind, sizeBytes: number): void {
    this.#cells.set([KINDS.indexOf(kind), sizeBytes]);
  }

  get(): { readonly kind: ExaminedKind; readonly sizeBytes: number } {
    const [index = 0, sizeBytes = 0] = this.#cells;
    return { kind: KINDS[index] ?? 'dump', sizeBytes };
  }
}
