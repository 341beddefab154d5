// Reads any content of any snapshot, and proves its bytes by its digest. The deltas of a chain are first
// composed into one table. So the basis is read only once, even for a long chain. Readers hold no lock:
// when a writer has changed the catalog, the plan is made again.
import type { Content, Increment } from '../../catalog/records.js';
import { applyTable } from '../../delta/apply-table.js';
import type { Emit } from '../../delta/engine/emit.js';
import { patch } from '../../delta/patch.js';
import { StoredRun } from '../../delta/stored-run.js';
import { CorruptError, SystemError } from '../../errors.js';
import type { DigestStream } from '../../system/digest/digest-stream.js';
import type { DigestSource } from '../../system/digest/digests.js';
import { isWithin } from '../../system/files/byte-path.js';
import type { ByteReader } from '../../system/files/byte-reader.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { incrementPath } from '../layout.js';
import type { RepositoryPlace } from '../repository-place.js';
import { MOST_ATTEMPTS } from '../most-attempts.js';
import type { OpenRepository } from '../repository.js';
import { incrementBytes, openRoot } from './content-root.js';
import type { ContentPlan, ContentRoot } from './plan-content.js';

/** How a content is read. */
export interface Reading {
  /** Receives the bytes in order. */
  readonly emit: Emit;
  readonly checkpoint: Checkpoint;
  /** Makes the digest that proves the bytes. */
  readonly digests: DigestSource;
}

/**
 * Emits all bytes of a content in order.
 * @throws CorruptError when the bytes are not what the catalog says; the caller must throw away all bytes
 *   that were emitted
 */
export async function readContent(
  repository: OpenRepository,
  content: Content,
  reading: Reading,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await reading.checkpoint();
    const plan = repository.planContent(content);
    let hasEmitted = false;
    const emit: Emit = (bytes) => {
      hasEmitted = true;
      return reading.emit(bytes);
    };
    try {
      const digest = await reading.digests.begin(content.sizeBytes);
      await emitPlanned(repository, plan, { ...reading, emit, digest });
      return;
    } catch (error) {
      const isLast = hasEmitted || attempt === MOST_ATTEMPTS;
      if (isLast || !wasOvertaken(repository, plan.generation)) {
        throw toCorruption(repository, error);
      }
    }
  }
}

/** Errors that mean: a file is gone, is no longer a file, or cannot be read. */
const DAMAGE_ERRNOS = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENXIO', 'EIO']);

/**
 * Turns a SystemError into a CorruptError where a file of the repository is missing or cannot be read.
 * Returns all other errors as they are, such as a missing permission or an error of a file elsewhere.
 */
export function toCorruption({ path }: RepositoryPlace, error: unknown): unknown {
  if (!(error instanceof SystemError) || !DAMAGE_ERRNOS.has(error.errno)) return error;
  if (error.path === null || !isWithin(error.path, path)) return error;
  return new CorruptError(error.message, { path: error.path, cause: error });
}

/**
 * Emits the bytes that `produce` emits, then proves that they are the content.
 * @param digest a fresh one, without bytes
 * @throws CorruptError where the bytes are not the content
 */
export async function emitProved(
  content: Content,
  digest: DigestStream,
  emit: Emit,
  produce: (emit: Emit) => Promise<void>,
): Promise<void> {
  let emittedBytes = 0;
  await produce(async (bytes) => {
    emittedBytes += bytes.length;
    await addTo(digest, bytes);
    await emit(bytes);
  });
  await requireProof(content, digest, emittedBytes);
}

/**
 * As emitProved, for all bytes of a reader. Each piece is read straight into the memory of the digest, which
 * saves one copy of the bytes.
 */
async function emitProvedFile(
  content: Content,
  reader: ByteReader,
  { digest, emit, checkpoint }: Proving,
): Promise<void> {
  let position = 0;
  while (position < reader.sizeBytes) {
    await checkpoint();
    const room = await digest.room();
    const bytes = room.subarray(0, reader.read(room, position));
    position += bytes.length;
    digest.add(bytes.length);
    await emit(bytes);
  }
  await requireProof(content, digest, position);
}

async function requireProof(
  { sizeBytes, sha256 }: Content,
  digest: DigestStream,
  emittedBytes: number,
): Promise<void> {
  if (emittedBytes !== sizeBytes || !(await digest.finish()).equals(sha256)) {
    throw new CorruptError('its bytes are not those that were backed up (the SHA-256 differs)');
  }
}

async function addTo(digest: DigestStream, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const room = await digest.room();
    const piece = bytes.subarray(done, done + room.length);
    room.set(piece);
    digest.add(piece.length);
    done += piece.length;
  }
}

/** Emits chunks as they come. */
export async function emitChunks(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  emit: Emit,
  checkpoint: Checkpoint,
): Promise<void> {
  for await (const bytes of chunks) {
    await checkpoint();
    await emit(bytes);
  }
}

/** Where the bytes of one content go, and the digest that proves them. */
export interface Proving {
  /** A fresh one, without bytes. */
  readonly digest: DigestStream;
  readonly emit: Emit;
  readonly checkpoint: Checkpoint;
}

/**
 * Emits the bytes of a content by a plan, and proves them.
 * @throws CorruptError, or DeltaFormatError, where the bytes are not the content; SystemError where a file is gone
 */
export async function emitPlanned(
  repository: OpenRepository,
  { content, generation, root, deltas }: ContentPlan,
  { digest, emit, checkpoint }: Proving,
): Promise<void> {
  if (root.kind === 'full' && deltas.length === 0) {
    const full = incrementBytes(repository, root.increment);
    await emitProved(content, digest, emit, (proving) => emitChunks(full, proving, checkpoint));
    return;
  }
  const rootBytes = root.kind === 'full' ? root.increment.plainBytes : 0;
  const run = beginRun(repository, deltas, content, rootBytes);
  try {
    await withRoot(repository, root, checkpoint, async (basis) => {
      // The file is open. If the generation is unchanged now, this is the file that the plan meant.
      if (wasOvertaken(repository, generation)) throw new CorruptError('the plan is out of date');
      const [first] = deltas;
      if (first === undefined) {
        await emitProvedFile(content, basis, { digest, emit, checkpoint });
        return;
      }
      await emitProved(content, digest, emit, (proving) =>
        run === null
          ? emitPatched(repository, { content, delta: first, basis }, proving, checkpoint)
          : emitComposed(run, basis, proving, checkpoint),
      );
    });
  } finally {
    await run?.close();
  }
}

/** Begins to compose the deltas; null where there are fewer than two. */
function beginRun(
  { fileSystem, path }: RepositoryPlace,
  deltas: readonly Increment[],
  content: Content,
  rootBytes: number,
): StoredRun | null {
  if (deltas.length < 2) return null;
  const stored = deltas.map(({ id, plainBytes, resultBytes }, index) => ({
    id,
    path: incrementPath(path, id),
    plainBytes,
    maxResultBytes: index === deltas.length - 1 ? content.sizeBytes : resultBytes,
  }));
  return new StoredRun(fileSystem, stored, rootBytes);
}

async function withRoot(
  repository: OpenRepository,
  root: ContentRoot,
  checkpoint: Checkpoint,
  use: (reader: ByteReader) => Promise<void>,
): Promise<void> {
  const opened = await openRoot(repository, root, checkpoint);
  try {
    await use(opened.reader);
  } finally {
    opened.close();
  }
}

interface Patching {
  readonly content: Content;
  /** Turns the basis into the content. */
  readonly delta: Increment;
  readonly basis: ByteReader;
}

async function emitPatched(
  repository: OpenRepository,
  { content, delta, basis }: Patching,
  emit: Emit,
  checkpoint: Checkpoint,
): Promise<void> {
  const options = { checkpoint, maxResultBytes: content.sizeBytes };
  await patch(basis, incrementBytes(repository, delta), emit, options);
}

async function emitComposed(
  run: StoredRun,
  basis: ByteReader,
  emit: Emit,
  checkpoint: Checkpoint,
): Promise<void> {
  const composed = await run.compose(basis.sizeBytes, checkpoint);
  try {
    await applyTable(basis, composed, emit, { checkpoint });
  } finally {
    composed.close();
  }
}

function wasOvertaken(repository: OpenRepository, generation: number): boolean {
  return repository.generation() !== generation;
}
