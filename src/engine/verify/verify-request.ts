// What a verification is asked for.
import type { BytePath } from '../../system/files/byte-path.js';

/** How much a verification looks at. */
export type VerifyMode =
  /** Every byte. */
  | { readonly kind: 'full' }
  /** Names, sizes and the catalog: no file of the mirror and no increment is read. */
  | { readonly kind: 'quick' }
  /** A random part of the contents. */
  | { readonly kind: 'sample'; readonly percent: number }
  /** As much as the time allows. The next such run goes on where this one stops. */
  | { readonly kind: 'timed'; readonly maxDurationMs: number };

export interface VerifyRequest {
  readonly repository: BytePath;
  /** TIME as it was typed; null for every snapshot. */
  readonly time: string | null;
  /** Left out: every byte. */
  readonly mode?: VerifyMode;
  /** Whether the values of dumps are looked into as deep as memory allows. Left out: no. */
  readonly deep?: boolean;
}
