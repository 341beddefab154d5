// Makes a delta in its stored form, and proves one. A backup does both for each file that changed, on this
// thread or on others (delta-threads.ts).
import { createHash } from 'node:crypto';
import type { ByteReader } from '../system/files/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../system/time/checkpoint.js';
import { createZstdWriter, zstdDecompress } from '../system/zstd/zstd.js';
import { diff } from './diff.js';
import type { Chunks } from './engine/feed.js';
import { patch } from './patch.js';

export interface DeltaOptions {
  /** Stop once the delta is longer than this many bytes. */
  readonly giveUpAtBytes: number;
  readonly zstdLevel: number;
  /** How much memory finding moved content may take; null for the differ's own limit. */
  readonly memoryBytes: number | null;
}

export interface MadeDelta {
  /** Length of the delta before compression. */
  readonly plainBytes: number;
  /** Whether the delta became longer than its limit. What was written is then not a delta. */
  readonly gaveUp: boolean;
}

/** Two versions of a file: the delta rebuilds `result` from `basis`. */
export interface FilePair<File> {
  readonly basis: File;
  readonly result: File;
}

/** Writes the delta that rebuilds `result`, compressed. `write` must copy the bytes that it keeps. */
export async function makeDelta(
  { basis, result }: FilePair<ByteReader>,
  options: DeltaOptions,
  write: (bytes: Uint8Array) => void,
  checkpoint: Checkpoint = uninterrupted,
): Promise<MadeDelta> {
  const writer = await createZstdWriter(options.zstdLevel, write);
  const { deltaBytes, gaveUp } = await diff(basis, result, (bytes) => writer.write(bytes), {
    giveUpAtBytes: options.giveUpAtBytes,
    ...(options.memoryBytes === null ? {} : { memoryBytes: options.memoryBytes }),
    checkpoint,
  });
  await writer.finish();
  return { plainBytes: deltaBytes, gaveUp };
}

/**
 * The SHA-256 of what a stored delta makes from `basis`.
 * @throws CorruptError when it is not a whole delta, or makes more than `resultBytes`
 */
export async function proveDelta(
  basis: ByteReader,
  stored: Chunks,
  resultBytes: number,
  checkpoint: Checkpoint = uninterrupted,
): Promise<Buffer> {
  const hash = createHash('sha256');
  await patch(basis, zstdDecompress(stored), (bytes) => void hash.update(bytes), {
    checkpoint,
    maxResultBytes: resultBytes,
  });
  return hash.digest();
}
