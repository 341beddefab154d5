// Writing increments: a zstd-compressed reverse delta, or a full copy where a delta would not be
// clearly smaller (docs/format.md, "Increments"). A delta is proved before it is trusted: the file as
// stored is decoded and applied to the new version, and must give the old one's digest. Those of large
// files are made and proved on two other threads at once, also while the new version is being written.
import type { Content, ContentKey } from '../../catalog/records.js';
import type { DeltaThreads } from '../../delta/delta-threads.js';
import { compressContent } from '../../delta/full-copy.js';
import { makeDelta, proveDelta } from '../../delta/make-delta.js';
import { encodePrefixDelta } from '../../delta/prefix-delta.js';
import { CorruptError } from '../../errors.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { type ByteReader, FileReader } from '../../system/files/byte-reader.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import { readChunks } from '../../system/files/read-chunks.js';
import type { SharedFile } from '../../system/files/shared-file-reader.js';
import { isWorthThread } from '../../system/threads/worth-a-thread.js';
import { zstdDecompress } from '../../system/zstd/zstd.js';
import { incrementPath } from '../layout.js';
import { type Stored, type StoredFile, storeIncrement } from './store-increment.js';

/** The level that keeps up with a disk; slower ones save only a few per cent more. */
const ZSTD_LEVEL = 3;

/** A delta longer than this share of its result is stored as a full copy: the chain stays shorter. */
const WORTHWHILE = 0.8;

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
  readonly threads: DeltaThreads;
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
  /** Has it end and deletes it. A basis that is still followed must have been given up. */
  abandon(): Promise<void>;
}

/** Begins a delta of `job.result` against `basis`, of which the end may not have been written yet. */
export function beginDelta(job: IncrementJob, basis: SharedFile): PendingIncrement {
  const abandoning = new AbortController();
  const making = storeDelta(job, basis, abandoning.signal);
  // A failure is met when the increment is completed or abandoned.
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
      abandoning.abort(new Error('the delta is not wanted any more'));
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
  // A basis that is still being written can only be followed from another thread.
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
 * The digest of what the stored delta makes, if that is the result's own or the one of the bytes
 * that the damaged mirror file really has; null where the delta is wrong, or is none.
 */
async function provedDigest(job: IncrementJob, sha256: Buffer | null): Promise<Buffer | null> {
  if (sha256 === null || sha256.equals(job.result.sha256)) return sha256;
  const actual = await digestChunks(readChunks(resultReader(job)), job.checkpoint);
  return actual.equals(sha256) ? sha256 : null;
}

/** The digest of what a stored frame holds. */
function readBack(job: IncrementJob, file: StoredFile): Promise<Buffer> {
  return digestChunks(zstdDecompress(readChunks(readerOf(job, file))), job.checkpoint);
}

/** @throws CorruptError where a stored frame does not hold what was compressed into it */
function requireAsMade({ id }: IncrementJob, { made, checked }: Stored<Buffer>): void {
  if (checked?.equals(made) === true) return;
  throw new CorruptError(`increment ${id} does not read back as it was written`, {
    incrementId: id,
    hint: 'look for errors of the disk or the memory before the next run',
  });
}

/** What is told of an increment beyond its job and its file. */
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
