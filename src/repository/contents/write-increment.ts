// Writes increments: a zstd-compressed reverse delta, or a full copy where a delta would not be clearly
// smaller (docs/format.md, "Increments"). Every delta is proved: the stored file is decoded and applied to
// the new version, and the result must have the old version's digest. For a large file, one thread makes
// the delta and another proves it at the same time. Both can begin while the new version is being written.
import type { Content, ContentKey } from '../../catalog/records.js';
import type { DeltaThreads } from '../../delta/threads/delta-threads.js';
import { compressContent } from '../../delta/full-copy.js';
import { makeDelta, proveDelta } from '../../delta/make-delta.js';
import { encodePrefixDelta } from '../../delta/prefix-delta.js';
import { CorruptError } from '../../errors.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { type ByteReader, FileReader } from '../../system/files/byte-reader.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import { readChunks } from '../../system/files/read-chunks.js';
import type { SharedFile } from '../../system/files/shared-file-reader.js';
import { isWorthThread } from '../../system/threads/worth-a-thread.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { zstdDecompress } from '../../system/zstd/zstd.js';
import { incrementPath } from '../layout.js';
import { type Stored, type StoredFile, storeIncrement } from './store-increment.js';

/** This level is as fast as a disk. Slower levels save only a few per cent more. */
export const ZSTD_LEVEL = 3;

/** A delta longer than this share of its result is stored as a full copy, which keeps the chain short. */
export const WORTHWHILE = 0.8;

export interface NewIncrement {
  readonly id: number;
  readonly kind: 'full' | 'delta';
  readonly result: Content;
  /** A delta's basis, a content of the new snapshot; null for a full copy. */
  readonly basis: ContentKey | null;
  /** Digest of the result. It differs from the content's own digest where the mirror file was damaged. */
  readonly resultSha256: Buffer;
  readonly resultBytes: number;
  readonly plainBytes: number;
  readonly storedBytes: number;
  readonly storedSha256: Buffer;
}

export interface IncrementJob {
  readonly fileSystem: FileSystem;
  readonly repository: BytePath;
  readonly threads: DeltaThreads;
  readonly checkpoint: Checkpoint;
  /** The most memory for finding moved content; null for the default of the delta engine. */
  readonly memoryBytes: number | null;
  readonly id: number;
  /** The content that leaves the mirror. */
  readonly result: Content;
  /** The open mirror file with the bytes of `result`. */
  readonly resultFile: OpenFile;
}

export interface OpenFile {
  readonly descriptor: FileDescriptor;
  readonly sizeBytes: number;
}

/** A delta that is being made. The caller calls one of the two methods, and awaits it. */
export interface PendingIncrement {
  /** Ends the delta, after all of the basis is written. Syncs the file, but not its folder. */
  complete(basis: ContentKey): Promise<NewIncrement>;
  /** Stops the delta and deletes its file. Where the basis was being followed, give the basis up first. */
  abandon(): Promise<void>;
}

/** Begins a delta that makes `job.result` from `basis`. The basis may still be growing. */
export function beginDelta(job: IncrementJob, basis: SharedFile): PendingIncrement {
  const abandoning = new AbortController();
  const making = storeDelta(job, basis, abandoning.signal);
  // `complete` and `abandon` handle a failure.
  making.catch(() => {});
  const discard = (): void => {
    const path = incrementPath(job.repository, job.id);
    if (job.fileSystem.stat(path) !== null) job.fileSystem.unlink(path);
  };
  return {
    async complete(key) {
      const stored = await making;
      const sha256 = await provedDigest(job, stored.checked);
      if (sha256 === null) {
        discard();
        return writeFull(job);
      }
      return describe(
        job,
        { kind: 'delta', basis: key, resultSha256: sha256, plainBytes: stored.made.plainBytes },
        stored,
      );
    },
    async abandon() {
      abandoning.abort(new Error('the delta is no longer needed'));
      await making.catch(() => {});
      discard();
    },
  };
}

/**
 * Writes the increment of a content that is the beginning of `basis`. The caller has proved this by comparing
 * and digesting the beginning.
 */
export async function writePrefixDelta(
  job: IncrementJob,
  basis: ContentKey,
): Promise<NewIncrement> {
  const delta = encodePrefixDelta(job.result.sizeBytes);
  const stored = await storeIncrement({
    ...job,
    make: (write) => compressContent([delta], ZSTD_LEVEL, write),
    check: (file) => readBack(job, file),
    isFollowed: false,
  });
  requireAsMade(job, stored);
  return describe(
    job,
    { kind: 'delta', basis, resultSha256: job.result.sha256, plainBytes: delta.length },
    stored,
  );
}

/** Writes and syncs a full copy of `job.result`. */
export async function writeFull(job: IncrementJob): Promise<NewIncrement> {
  const { threads, checkpoint, resultFile } = job;
  const isThreaded = isWorthThread(resultFile.sizeBytes);
  const stored = await storeIncrement({
    ...job,
    make: (write) =>
      isThreaded
        ? threads.compress({ ...resultFile, available: null }, ZSTD_LEVEL, write)
        : compressContent(readChunks(resultReader(job)), ZSTD_LEVEL, write, checkpoint),
    check: (file) => (isThreaded ? threads.readBack(file) : readBack(job, file)),
    isFollowed: isThreaded,
  });
  requireAsMade(job, stored);
  return describe(
    job,
    { kind: 'full', basis: null, resultSha256: stored.made, plainBytes: resultFile.sizeBytes },
    stored,
  );
}

function storeDelta(job: IncrementJob, basis: SharedFile, signal: AbortSignal) {
  const { threads, checkpoint, resultFile } = job;
  // A basis that is still being written must be followed from another thread.
  const isThreaded = basis.available !== null || isWorthThread(resultFile.sizeBytes);
  const options = {
    giveUpAtBytes: Math.ceil(resultFile.sizeBytes * WORTHWHILE),
    zstdLevel: ZSTD_LEVEL,
    memoryBytes: job.memoryBytes,
  };
  return storeIncrement({
    ...job,
    make: (write) =>
      isThreaded
        ? threads.make(
            { basis, result: { ...resultFile, available: null } },
            options,
            write,
            signal,
          )
        : makeDelta(
            { basis: readerOf(job, basis), result: resultReader(job) },
            options,
            write,
            checkpoint,
          ),
    isWanted: ({ gaveUp }) => !gaveUp,
    check: (file) =>
      isThreaded
        ? threads.prove(basis, file, resultFile.sizeBytes, signal)
        : proveDelta(
            readerOf(job, basis),
            readChunks(readerOf(job, file)),
            resultFile.sizeBytes,
            checkpoint,
          ),
    isFollowed: isThreaded,
  });
}

/**
 * The digest of what the stored delta makes. The delta is right where this digest is the content's own, or
 * that of the bytes in a damaged mirror file. Null where the delta is wrong, or was given up.
 */
async function provedDigest(job: IncrementJob, sha256: Buffer | null): Promise<Buffer | null> {
  if (sha256 === null || sha256.equals(job.result.sha256)) return sha256;
  const actual = await digestChunks(readChunks(resultReader(job)), job.checkpoint);
  return actual.equals(sha256) ? sha256 : null;
}

/** The digest of the decompressed bytes of a stored frame. */
function readBack(job: IncrementJob, file: StoredFile): Promise<Buffer> {
  return digestChunks(zstdDecompress(readChunks(readerOf(job, file))), job.checkpoint);
}

/** @throws CorruptError where a stored frame does not hold the bytes that were compressed */
function requireAsMade({ id }: IncrementJob, { made, checked }: Stored<Buffer>): void {
  if (checked?.equals(made) === true) return;
  throw new CorruptError(`increment ${id} does not read back as it was written`, {
    incrementId: id,
    hint: 'check the disk and the memory for errors before the next run',
  });
}

/** The values of an increment that neither its job nor its stored file gives. */
type MadeIncrement = Pick<NewIncrement, 'kind' | 'basis' | 'resultSha256' | 'plainBytes'>;

function describe(
  { id, result, resultFile }: IncrementJob,
  made: MadeIncrement,
  { storedBytes, storedSha256 }: Stored<unknown>,
): NewIncrement {
  return { id, result, resultBytes: resultFile.sizeBytes, ...made, storedBytes, storedSha256 };
}

function resultReader(job: IncrementJob): ByteReader {
  return readerOf(job, job.resultFile);
}

function readerOf({ fileSystem }: IncrementJob, file: OpenFile): ByteReader {
  return new FileReader(fileSystem, file.descriptor, file.sizeBytes);
}
