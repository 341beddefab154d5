// Writing increments: a zstd-compressed reverse delta, or a full copy where a delta would not be
// clearly smaller (docs/format.md, "Increments"). A delta is proved before it is trusted: the file as
// stored is decoded and applied to the new version, and must give the old one's digest.
import { createHash } from 'node:crypto';
import type { Content } from '../catalog/records.js';
import { diff } from '../delta/diff.js';
import { patch } from '../delta/patch.js';
import { CorruptError } from '../errors.js';
import type { BytePath } from '../system/byte-path.js';
import type { ByteReader } from '../system/byte-reader.js';
import type { Checkpoint } from '../system/checkpoint.js';
import type { FileSystem } from '../system/file-system.js';
import { createZstdWriter, zstdDecompress } from '../system/zstd.js';
import { incrementPath } from './layout.js';
import { readChunks, readFileChunks } from './read-chunks.js';

/** As fast as the disk, and within a few per cent of the levels that are not. */
const ZSTD_LEVEL = 3;

/** A delta longer than this part of its result is not worth the chain that it makes longer. */
const WORTHWHILE = 0.8;

export interface NewIncrement {
  readonly id: number;
  readonly kind: 'full' | 'delta';
  readonly result: Content;
  /** Digest and size of a delta's basis, a content of the new snapshot; null for a full copy. */
  readonly basis: ContentKey | null;
  /** What applying it gives; not the result's own digest where the mirror had been damaged. */
  readonly resultSha256: Buffer;
  readonly resultBytes: number;
  readonly plainBytes: number;
  readonly storedBytes: number;
  readonly storedSha256: Buffer;
}

export interface ContentKey {
  readonly sha256: Buffer;
  readonly sizeBytes: number;
}

export interface IncrementJob {
  readonly fileSystem: FileSystem;
  readonly repository: BytePath;
  readonly id: number;
  /** The content that leaves the mirror, and its bytes there. */
  readonly result: Content;
  readonly resultReader: ByteReader;
  /** What a delta may build on; null where there is nothing akin. */
  readonly basis: (ContentKey & { readonly reader: ByteReader }) | null;
  readonly checkpoint: Checkpoint;
}

/** Writes and syncs increments/<id> (its name is durable once the folder is synced). */
export async function writeIncrement(job: IncrementJob): Promise<NewIncrement> {
  const delta = job.basis === null ? null : await writeDelta(job, job.basis);
  return delta ?? (await writeFull(job));
}

/** @returns null where a delta is not worth it, or fails its proof */
async function writeDelta(
  job: IncrementJob,
  basis: NonNullable<IncrementJob['basis']>,
): Promise<NewIncrement | null> {
  const { checkpoint } = job;
  let gaveUp = false;
  const stored = await store(job, async (emit) => {
    const summary = await diff(basis.reader, job.resultReader, emit, {
      checkpoint,
      giveUpAtBytes: Math.ceil(job.resultReader.sizeBytes * WORTHWHILE),
    });
    gaveUp = summary.gaveUp;
  });
  if (!gaveUp) {
    const proof = createHash('sha256');
    await patch(basis.reader, storedPlainBytes(job), (bytes) => void proof.update(bytes), {
      checkpoint,
      maxResultBytes: job.resultReader.sizeBytes,
    });
    const sha256 = proof.digest();
    if (sha256.equals(job.result.sha256) || sha256.equals(await digestOf(job))) {
      return {
        id: job.id,
        kind: 'delta',
        result: job.result,
        basis: { sha256: basis.sha256, sizeBytes: basis.sizeBytes },
        resultSha256: sha256,
        resultBytes: job.resultReader.sizeBytes,
        ...stored,
      };
    }
  }
  job.fileSystem.unlink(incrementPath(job.repository, job.id));
  return null;
}

async function writeFull(job: IncrementJob): Promise<NewIncrement> {
  const written = createHash('sha256');
  const stored = await store(job, async (emit) => {
    for (const bytes of readChunks(job.resultReader)) {
      await job.checkpoint();
      written.update(bytes);
      await emit(bytes);
    }
  });
  const resultSha256 = written.digest();
  const proof = createHash('sha256');
  for await (const bytes of storedPlainBytes(job)) {
    await job.checkpoint();
    proof.update(bytes);
  }
  if (!proof.digest().equals(resultSha256)) {
    throw new CorruptError(`increment ${job.id} does not read back as it was written`, {
      hint: 'look for errors of the disk or the memory before the next run',
    });
  }
  return {
    id: job.id,
    kind: 'full',
    result: job.result,
    basis: null,
    resultSha256,
    resultBytes: job.resultReader.sizeBytes,
    ...stored,
  };
}

interface StoredBytes {
  readonly plainBytes: number;
  readonly storedBytes: number;
  readonly storedSha256: Buffer;
}

/** Compresses what `produce` emits into increments/<id>. */
async function store(
  job: IncrementJob,
  produce: (emit: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<StoredBytes> {
  const { fileSystem } = job;
  const file = fileSystem.open(incrementPath(job.repository, job.id), 'create');
  try {
    const hash = createHash('sha256');
    let plainBytes = 0;
    let storedBytes = 0;
    const writer = await createZstdWriter(ZSTD_LEVEL, (bytes) => {
      fileSystem.write(file, bytes, storedBytes);
      hash.update(bytes);
      storedBytes += bytes.length;
    });
    await produce(async (bytes) => {
      plainBytes += bytes.length;
      await writer.write(bytes);
    });
    await writer.finish();
    fileSystem.sync(file);
    return { plainBytes, storedBytes, storedSha256: hash.digest() };
  } finally {
    fileSystem.close(file);
  }
}

function storedPlainBytes(job: IncrementJob): AsyncIterable<Uint8Array> {
  return zstdDecompress(readFileChunks(job.fileSystem, incrementPath(job.repository, job.id)));
}

async function digestOf(job: IncrementJob): Promise<Buffer> {
  const hash = createHash('sha256');
  for (const bytes of readChunks(job.resultReader)) {
    await job.checkpoint();
    hash.update(bytes);
  }
  return hash.digest();
}
