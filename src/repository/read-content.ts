// Reading any content of any snapshot, proved by its digest. The deltas of a chain are composed into
// one first, so that the basis is read once, whatever the depth. Readers hold no lock: a plan that a
// writer has overtaken is made again.
import { createHash } from 'node:crypto';
import type { Content } from '../catalog/records.js';
import { compose } from '../delta/compose.js';
import type { Emit } from '../delta/emit.js';
import { patch } from '../delta/patch.js';
import { CorruptError, SystemError } from '../errors.js';
import { formatPath } from '../system/byte-path.js';
import type { Checkpoint } from '../system/checkpoint.js';
import { incrementBytes, openRoot } from './content-root.js';
import type { OpenRepository, RepositoryPlace } from './open-repository.js';
import { type ContentPlan, planContent } from './plan-content.js';
import { readChunks } from '../system/read-chunks.js';

/**
 * Emits all bytes of a content in order.
 * @throws CorruptError when they are not what the catalog says they are; what was emitted by then
 *   must be thrown away
 */
export async function readContent(
  repository: OpenRepository,
  content: Content,
  emit: Emit,
  checkpoint: Checkpoint,
): Promise<void> {
  for (;;) {
    const plan = repository.catalog.read(() =>
      planContent(repository.catalog, repository.path, content),
    );
    let hasEmitted = false;
    const noting: Emit = (bytes) => {
      hasEmitted = true;
      return emit(bytes);
    };
    try {
      await emitPlanned(repository, plan, noting, checkpoint);
      return;
    } catch (error) {
      if (hasEmitted || !wasOvertaken(repository, plan.generation))
        throw toCorruption(repository, error);
    }
  }
}

/** What the operating system says of a file that is gone, is no file any more, or cannot be read. */
const DAMAGE_ERRNOS = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENXIO', 'EIO']);

/**
 * A file of the repository that is not there or cannot be read is a corruption like any other; a lack
 * of permission, and trouble with other files, is not.
 */
export function toCorruption({ path }: RepositoryPlace, error: unknown): unknown {
  if (!(error instanceof SystemError) || !DAMAGE_ERRNOS.has(error.errno)) return error;
  if (!error.path.startsWith(formatPath(path))) return error;
  return new CorruptError(error.message, { cause: error });
}

/**
 * Emits what `produce` emits, and proves it when it has ended.
 * @throws CorruptError where it is not the content
 */
export async function emitProved(
  content: Content,
  emit: Emit,
  produce: (emit: Emit) => Promise<void>,
): Promise<void> {
  const hash = createHash('sha256');
  let emittedBytes = 0;
  await produce((bytes) => {
    emittedBytes += bytes.length;
    hash.update(bytes);
    return emit(bytes);
  });
  if (emittedBytes !== content.sizeBytes || !hash.digest().equals(content.sha256)) {
    throw new CorruptError('its bytes are not those that were backed up (the SHA-256 differs)');
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

async function emitPlanned(
  repository: OpenRepository,
  { content, generation, root, deltas }: ContentPlan,
  emit: Emit,
  checkpoint: Checkpoint,
): Promise<void> {
  if (root.kind === 'full' && deltas.length === 0) {
    const full = incrementBytes(repository, root.increment);
    await emitProved(content, emit, (proving) => emitChunks(full, proving, checkpoint));
    return;
  }
  const opened = await openRoot(repository, root, checkpoint);
  try {
    // Only now is it certain that the open file is the one that the plan meant.
    if (wasOvertaken(repository, generation)) throw new CorruptError('the plan is out of date');
    if (deltas.length === 0) {
      await emitProved(content, emit, (proving) =>
        emitChunks(readChunks(opened.reader), proving, checkpoint),
      );
      return;
    }
    const sources = deltas.map((increment) => () => incrementBytes(repository, increment));
    const composed = await compose(sources, { checkpoint });
    try {
      await emitProved(content, emit, async (proving) => {
        await patch(opened.reader, composed, proving, {
          checkpoint,
          maxResultBytes: content.sizeBytes,
        });
      });
    } finally {
      composed.close();
    }
  } finally {
    opened.close();
  }
}

function wasOvertaken({ catalog }: OpenRepository, generation: number): boolean {
  return catalog.read(() => catalog.repository.get()?.generation) !== generation;
}
