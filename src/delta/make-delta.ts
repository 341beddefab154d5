// Making a delta in the form in which it is stored, and proving one: the two jobs of a backup, done
// on this thread or on others (delta-threads.ts).
import { createHash } from 'node:crypto';
import type { ByteReader } from '../system/files/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../system/time/checkpoint.js';
import { createZstdWriter, zstdDecompress } from '../system/zstd/zstd.js';
import { diff } from './diff.js';
import type { Chunks } from './feed.js';
import { patch } from './patch.js';

export interface DeltaOptions {
  /** Stop once the delta is longer than this many bytes. */
  readonly giveUpAtBytes: number;
  readonly zstdLevel: number;
  /** The most memory for finding moved content; null for the engine's own bound. */
  readonly memoryBytes: number | null;
}

export interface MadeDelta {
  /** Length of the delta before it was compressed. */
  readonly plainBytes: number;
  /** True where it outgrew its limit: what was written is then no delta. */
  readonly gaveUp: boolean;
}

/** The two versions of a file that a delta is about: it rebuilds `result` from `basis`. */
export interface FilePair<File> {
  readonly basis: File;
  readonly result: File;
}

/** Writes the compressed delta that rebuilds `result` from `basis`; `write` must copy what it keeps. */
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
 * The SHA-256 of what a delta, as stored, makes from `basis`.
 * @throws CorruptError where it is no whole delta, or makes more than `resultBytes`
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
