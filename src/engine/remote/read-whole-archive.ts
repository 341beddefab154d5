// Reads every byte of an archive in a store, and compares every digest: those of the files, that of the whole, and what the
// clear headers say of it.
import { createHash } from 'node:crypto';
import type { OpeningKeys } from '../../offsite/archive/archive-keys.js';
import type { ArchiveManifest } from '../../offsite/archive/manifest.js';
import { openArchive } from '../../offsite/archive/open-archive.js';
import type { ArchiveStore, StoredArchive } from '../../offsite/stores/store.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';

export interface WholeReading {
  readonly keys: OpeningKeys;
  readonly checkpoint: Checkpoint;
  /** `length` of this chunk, `total` so far. */
  readonly onRead: (bytes: { readonly length: number; readonly total: number }) => void;
}

/**
 * What is wrong with its headers, a line each.
 * @throws CorruptError, NewerFormatError; UsageError where no key opens it; RemoteStoreError, SystemError
 */
export async function readWholeArchive(
  store: ArchiveStore,
  { name }: StoredArchive,
  { keys, checkpoint, onRead }: WholeReading,
): Promise<string[]> {
  const incoming = await store.get(name);
  const digest = createHash('sha256');
  let total = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of incoming.chunks) {
      await checkpoint();
      digest.update(chunk);
      total += chunk.length;
      onRead({ length: chunk.length, total });
      yield chunk;
    }
  }
  try {
    const archive = await openArchive(counted(), keys);
    try {
      await archive.finish();
      return compareHeaders(incoming.archive, archive.manifest, digest.digest('hex'));
    } finally {
      await archive.close();
    }
  } finally {
    incoming.close();
  }
}

/** The headers are in the clear, and whoever may write in the store may change them. */
function compareHeaders(
  { name, headers }: StoredArchive,
  { snapshot, repositoryId }: ArchiveManifest,
  sha256: string,
): string[] {
  if (headers === null) return [];
  const problems = [];
  if (headers.sha256 !== null && headers.sha256 !== sha256) {
    problems.push(`'${name}' is not what was sent: its SHA-256 is another one`);
  }
  const isSame =
    headers.snapshotId === snapshot.id &&
    headers.snapshotTimeSeconds === snapshot.timeSeconds &&
    headers.host === snapshot.host &&
    headers.repositoryId === repositoryId;
  if (!isSame) problems.push(`the headers of '${name}' are of another snapshot than the archive`);
  return problems;
}
