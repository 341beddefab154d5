// How large segments are. Swift takes 1,000 segments to an object, S3 takes 10,000 parts. The archive's size is
// only estimated, so most of these numbers stay unused.
import { UsageError } from '../../../errors.js';

export interface SegmentLimits {
  /** Of all but the last one. */
  readonly leastBytes: number;
  readonly mostBytes: number;
  readonly mostSegments: number;
  /** Whether later segments may be larger. Some S3 stores want parts of one size. */
  readonly mayGrow: boolean;
}

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

export const SWIFT_LIMITS: SegmentLimits = {
  leastBytes: MIB,
  mostBytes: 5 * GIB,
  mostSegments: 1000,
  mayGrow: true,
};

export const S3_LIMITS: SegmentLimits = {
  leastBytes: 5 * MIB,
  mostBytes: 5 * GIB,
  mostSegments: 10_000,
  mayGrow: false,
};

const USUAL_BYTES = 64 * MIB;
const USUAL_COUNT = 900;

/** From here on each segment is as large as all before it were planned to be. */
const GROW_FROM = 900;

export interface SegmentPlan {
  /** How large segment `number` is, from 1 on, unless it is the last one. */
  sizeOf(number: number): number;
  readonly mostSegments: number;
}

/**
 * @param wantedBytes `--segment-size`; null for the usual size
 * @throws UsageError for a size that the store does not take
 */
export function planSegments(
  estimatedBytes: number,
  wantedBytes: number | null,
  limits: SegmentLimits,
): SegmentPlan {
  if (wantedBytes !== null && (wantedBytes < limits.leastBytes || wantedBytes > limits.mostBytes)) {
    throw new UsageError(
      `segments of ${wantedBytes} bytes are too small or too large for this store`,
      {
        hint: `give --segment-size from ${limits.leastBytes / MIB} MiB to ${limits.mostBytes / GIB} GiB`,
      },
    );
  }
  const usual = Math.max(USUAL_BYTES, Math.ceil(estimatedBytes / USUAL_COUNT / MIB) * MIB);
  const bytes = Math.min(wantedBytes ?? usual, limits.mostBytes);
  return {
    mostSegments: limits.mostSegments,
    sizeOf: (number) =>
      limits.mayGrow && number > GROW_FROM ? Math.min(bytes * GROW_FROM, limits.mostBytes) : bytes,
  };
}
