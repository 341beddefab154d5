// Cuts an archive into segments, with the digest of each and of the whole. One segment is filled while the one
// before it is sent, so two at most are kept at a time.
import { type Hash, createHash } from 'node:crypto';
import { RemoteFailure } from '../http/remote-failure.js';
import type { SendableBody } from '../http/http-client.js';
import type { SegmentPlan } from './plan-segments.js';
import { SegmentBuffer, type Spool } from './segment-buffer.js';

export interface Segment extends SendableBody {
  /** From 1 on. */
  readonly number: number;
  readonly isLast: boolean;
  /** In lower-case hexadecimal. */
  readonly md5: string;
  /** As the MD5; null unless `needsSha256`. */
  readonly sha256: string | null;
  /** Frees its memory or its file. */
  readonly release: () => void;
}

export interface CutArchive {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly plan: SegmentPlan;
  readonly spool: Spool;
  /** Whether the SHA-256 of each segment is needed, too. */
  readonly needsSha256: boolean;
}

/**
 * Gives each segment to `send`, one after the other. `sha256` is that of the whole, once the last segment is sent.
 */
export async function sendInSegments(
  archive: CutArchive,
  send: (segment: Segment, sha256: () => string) => Promise<void>,
): Promise<void> {
  const digest = createHash('sha256');
  let sending: Promise<void> = Promise.resolve();
  try {
    for await (const segment of cutSegments(archive, digest)) {
      try {
        await sending;
      } catch (error) {
        segment.release();
        throw error;
      }
      sending = send(segment, () => digest.copy().digest('hex')).finally(segment.release);
      // It is awaited when the next segment is full.
      sending.catch(() => {});
    }
    await sending;
  } catch (error) {
    // Nothing may be sent any longer when the caller tidies up.
    await sending.catch(() => {});
    throw error;
  }
}

async function* cutSegments(
  { chunks, plan, spool, needsSha256 }: CutArchive,
  digest: Hash,
): AsyncGenerator<Segment, void, undefined> {
  let number = 1;
  let buffer = new SegmentBuffer(spool, needsSha256);
  try {
    for await (const chunk of chunks) {
      digest.update(chunk);
      for (let rest = chunk; rest.length > 0;) {
        const room = plan.sizeOf(number) - buffer.sizeBytes;
        if (room === 0) {
          if (number >= plan.mostSegments) throw tooManySegments(plan);
          yield endSegment(buffer, number, false);
          buffer = new SegmentBuffer(spool, needsSha256);
          number += 1;
          continue;
        }
        buffer.append(rest.subarray(0, room));
        rest = rest.subarray(room);
      }
    }
    yield endSegment(buffer, number, true);
  } catch (error) {
    buffer.release();
    throw error;
  }
}

function tooManySegments({ mostSegments }: SegmentPlan): RemoteFailure {
  return new RemoteFailure(
    'refused',
    `the archive needs more than the ${mostSegments} segments that the store takes`,
    { hint: 'give a larger --segment-size' },
  );
}

function endSegment(buffer: SegmentBuffer, number: number, isLast: boolean): Segment {
  return {
    number,
    isLast,
    ...buffer.end(),
    sizeBytes: buffer.sizeBytes,
    chunks: () => buffer.chunks(),
    release: () => buffer.release(),
  };
}
