// Writing increments: a zstd-compressed reverse delta, or a full copy where a delta would not be
// clearly smaller (docs/format.md, "Increments"). A delta is proved before it is trusted: the file as
// stored is decoded and applied to the new version, and must give the old one's digest. Deltas may
// be begun while the new version is still being written.
import { createHash } from 'node:crypto';
import type { Content } from '../catalog/records.js';
import { type DeltaThread } from '../delta/delta-thread.js';
import { type MadeDelta, makeDelta, proveDelta } from '../delta/make-delta.js';
import { encodePrefixDelta } from '../delta/prefix-delta.js';
import { CorruptError } from '../errors.js';
import type { BytePath } from '../system/byte-path.js';
import { type ByteReader, FileReader } from '../system/byte-reader.js';
import type { Checkpoint } from '../system/checkpoint.js';
import { digestChunks } from '../system/digest.js';
import type { FileDescriptor, FileSystem } from '../system/file-system.js';
import { readChunks, readFileChunks } from '../system/read-chunks.js';
import type { SharedFile } from '../system/shared-file-reader.js';
import { createZstdWriter, zstdCompressBuffer, zstdDecompress } from '../system/zstd.js';
import { incrementPath } from './layout.js';

/** As fast as the disk, and within a few per cent of the levels that are not. */
const ZSTD_LEVEL = 3;

/** A delta longer than this part of its result is not worth the chain that it makes longer. */
const WORTHWHILE = 0.8;

/** Below this a second thread takes longer to start than the work itself. */
const THREAD_FROM_BYTES = 4 << 20;

export interface ContentKey {
  readonly sha256: Buffer;
  readonly sizeBytes: number;
}

export interface NewIncrement {
  readonly id: number;
  readonly kind: 'full' | 'delta';
  readonly result: Content;
  /** A delta's basis, a content of the new snapshot; null for a full copy. */
  readonly basis: ContentKey | null;
  /** What applying it gives; not the result's own digest where the mirror had been damaged. */
  readonly resultSha256: Buffer;
  readonly resultBytes: number;
  readonly plainBytes: number;
  readonly storedBytes: number;
  readonly storedSha256: Buffer;
}

export interface IncrementJob {
  readonly fileSystem: FileSystem;
  readonly repository: BytePath;
  readonly thread: DeltaThread;
  readonly checkpoint: Checkpoint;
  /** The most memory for finding moved content; null leaves it to the delta engine. */
  readonly memoryBytes: number | null;
  readonly id: number;
  /** The content that leaves the mirror, and the open file that has its bytes there. */
  readonly result: Content;
  readonly resultFile: OpenFile;
}

export interface OpenFile {
  readonly descriptor: FileDescriptor;
  readonly sizeBytes: number;
}

/** A delta that is being made. One of the two is called, and awaited. */
export interface PendingIncrement {
  /** Ends it, once all of the basis has been written; syncs the file (not the folder's name of it). */
  complete(basis: ContentKey): Promise<NewIncrement>;
  /** Waits for its end and deletes it. A basis that is still followed must have been given up. */
  abandon(): Promise<void>;
}

/** Whether a delta of a content of this size is made on the other thread, and can follow its basis. */
export function isForThread(sizeBytes: number): boolean {
  return sizeBytes >= THREAD_FROM_BYTES;
}

/** Begins a delta of `job.result` against `basis`, of which the end may not have been written yet. */
export function beginDelta(job: IncrementJob, basis: SharedFile): PendingIncrement {
  const making = store(job, (write) => make(job, basis, write));
  // A failure is met when the increment is completed or abandoned.
  making.catch(() => {});
  const discard = (): void => job.fileSystem.unlink(incrementPath(job.repository, job.id));
  return {
    async complete(key) {
      const { made, stored } = await making;
      const sha256 = made.gaveUp ? null : await provedDigest(job, basis, stored.storedBytes);
      if (sha256 === null) {
        discard();
        return writeFull(job);
      }
      return { ...describe(job, 'delta', sha256), basis: key, ...stored };
    },
    async abandon() {
      await making.catch(() => {});
      discard();
    },
  };
}

/**
 * Writes the increment of a content that is the beginning of `basis`, which the caller has proved by
 * comparing and digesting that beginning.
 */
export async function writePrefixDelta(
  job: IncrementJob,
  basis: ContentKey,
): Promise<NewIncrement> {
  const delta = encodePrefixDelta(job.result.sizeBytes);
  const { stored } = await store(job, async (write) => {
    write(await zstdCompressBuffer(delta, ZSTD_LEVEL));
    return { plainBytes: delta.length, gaveUp: false };
  });
  const readBack: Buffer[] = [];
  for await (const bytes of storedPlainBytes(job)) readBack.push(Buffer.from(bytes));
  if (!Buffer.concat(readBack).equals(delta)) throw readBackError(job);
  return { ...describe(job, 'delta', job.result.sha256), basis, ...stored };
}

/** Writes and syncs a full copy of `job.result`. */
export async function writeFull(job: IncrementJob): Promise<NewIncrement> {
  const written = createHash('sha256');
  const { stored } = await store(job, async (write) => {
    const writer = await createZstdWriter(ZSTD_LEVEL, write);
    let plainBytes = 0;
    for (const bytes of readChunks(resultReader(job))) {
      await job.checkpoint();
      written.update(bytes);
      plainBytes += bytes.length;
      await writer.write(bytes);
    }
    await writer.finish();
    return { plainBytes, gaveUp: false };
  });
  const sha256 = written.digest();
  const readBack = await digestChunks(storedPlainBytes(job), job.checkpoint);
  if (!readBack.equals(sha256)) throw readBackError(job);
  return { ...describe(job, 'full', sha256), basis: null, ...stored };
}

function storedPlainBytes({ fileSystem, repository, id }: IncrementJob): AsyncIterable<Uint8Array> {
  return zstdDecompress(readFileChunks(fileSystem, incrementPath(repository, id)));
}

function readBackError({ id }: IncrementJob): CorruptError {
  return new CorruptError(`increment ${id} does not read back as it was written`, {
    hint: 'look for errors of the disk or the memory before the next run',
  });
}

function describe(
  { id, result, resultFile }: IncrementJob,
  kind: NewIncrement['kind'],
  resultSha256: Buffer,
): Pick<NewIncrement, 'id' | 'kind' | 'result' | 'resultSha256' | 'resultBytes'> {
  return { id, kind, result, resultSha256, resultBytes: resultFile.sizeBytes };
}

function make(
  job: IncrementJob,
  basis: SharedFile,
  write: (bytes: Uint8Array) => void,
): Promise<MadeDelta> {
  const options = {
    giveUpAtBytes: Math.ceil(job.resultFile.sizeBytes * WORTHWHILE),
    zstdLevel: ZSTD_LEVEL,
    memoryBytes: job.memoryBytes,
  };
  if (needsThread(job, basis)) {
    return job.thread.make(basis, { ...job.resultFile, available: null }, options, write);
  }
  const reader = readerOf(job, basis);
  return makeDelta(reader, resultReader(job), options, write, job.checkpoint);
}

/**
 * The digest of what the stored delta makes, if that is the result's own or the one of the bytes
 * that the damaged mirror file really has; null where the delta is wrong.
 */
async function provedDigest(
  job: IncrementJob,
  basis: SharedFile,
  storedBytes: number,
): Promise<Buffer | null> {
  const { fileSystem, resultFile } = job;
  const file = fileSystem.open(incrementPath(job.repository, job.id), 'read');
  try {
    const stored = { descriptor: file, sizeBytes: storedBytes, available: null };
    const sha256 = needsThread(job, basis)
      ? await job.thread.prove(basis, stored, resultFile.sizeBytes)
      : await proveDelta(
          readerOf(job, basis),
          readerOf(job, stored),
          resultFile.sizeBytes,
          job.checkpoint,
        );
    if (sha256.equals(job.result.sha256)) return sha256;
    const actual = await digestChunks(readChunks(resultReader(job)), job.checkpoint);
    return actual.equals(sha256) ? sha256 : null;
  } finally {
    fileSystem.close(file);
  }
}

/** A basis that is still being written can only be followed from another thread. */
function needsThread({ resultFile }: IncrementJob, basis: SharedFile): boolean {
  return basis.available !== null || isForThread(resultFile.sizeBytes);
}

interface Stored {
  readonly made: MadeDelta;
  readonly stored: Pick<NewIncrement, 'plainBytes' | 'storedBytes' | 'storedSha256'>;
}

/** Writes what `produce` gives into increments/<id>. */
async function store(
  { fileSystem, repository, id }: IncrementJob,
  produce: (write: (bytes: Uint8Array) => void) => Promise<MadeDelta>,
): Promise<Stored> {
  const file = fileSystem.open(incrementPath(repository, id), 'create');
  try {
    const hash = createHash('sha256');
    let storedBytes = 0;
    const made = await produce((bytes) => {
      fileSystem.write(file, bytes, storedBytes);
      hash.update(bytes);
      storedBytes += bytes.length;
    });
    await fileSystem.syncInBackground(file);
    const { plainBytes } = made;
    return { made, stored: { plainBytes, storedBytes, storedSha256: hash.digest() } };
  } finally {
    fileSystem.close(file);
  }
}

function resultReader(job: IncrementJob): ByteReader {
  return readerOf(job, job.resultFile);
}

function readerOf({ fileSystem }: IncrementJob, file: OpenFile): ByteReader {
  return new FileReader(fileSystem, file.descriptor, file.sizeBytes);
}
