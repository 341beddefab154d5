// The archives of a store that a command is about: all in TARGET, or the one that it names.
import { CorruptError, UsageError } from '../../errors.js';
import { parseArchiveName } from '../../offsite/archive-name.js';
import { requireArchive } from '../../offsite/archive/open-archive.js';
import type { StoredArchive } from '../../offsite/stores/store.js';
import type { TargetRequest } from '../archive/archive-request.js';
import { type StorePlace, openPlace } from '../archive/archive-place.js';
import type { RunContext } from '../run/run-context.js';
import { formatTime } from '../snapshot/time-spec.js';
import type { RemoteArchive } from './remote-report.js';

/** @throws UsageError for a pipe, and where the environment does not say how to log in */
export function openStorePlace(request: TargetRequest, context: RunContext): StorePlace {
  const place = openPlace(request, context);
  if (place.kind === 'store') return place;
  throw new UsageError('a pipe is no store: it holds no archives', {
    hint: 'name a folder, swift://CONTAINER/ or s3://BUCKET/',
  });
}

/**
 * In the order of their names.
 * @throws RemoteStoreError, SystemError; CorruptError where the one that is named does not begin as an archive does
 */
export async function findArchives({
  store,
  name,
  label,
}: StorePlace): Promise<readonly StoredArchive[]> {
  const archives = await store.list();
  if (name === null) return archives;
  // One that is damaged may be listed, and yet nobody can read it.
  const found = archives.find((archive) => archive.name === name);
  if (found !== undefined) return [found];
  // A file may have any name. What is none of ours must not be removed, nor said to be whole.
  const { archive, chunks, close } = await store.get(name);
  try {
    await requireArchive(chunks);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    throw new CorruptError(`'${label}': ${error.message}`, { hint: error.hint, cause: error });
  } finally {
    close();
  }
  return [archive];
}

/** Of which snapshot an archive is, and of which repository; null where neither its headers nor its name say it. */
export interface ArchivedSnapshot {
  readonly id: number;
  readonly timeSeconds: number;
  /** Null where only the name is known. */
  readonly repositoryId: string | null;
}

export function archivedSnapshot({ name, headers }: StoredArchive): ArchivedSnapshot | null {
  if (headers !== null) {
    const { snapshotId, snapshotTimeSeconds, repositoryId } = headers;
    return { id: snapshotId, timeSeconds: snapshotTimeSeconds, repositoryId };
  }
  const named = parseArchiveName(name);
  if (named === null) return null;
  return { id: named.snapshotId, timeSeconds: named.snapshotTimeSeconds, repositoryId: null };
}

export function describeArchive(archive: StoredArchive): RemoteArchive {
  const { name, sizeBytes, storedAtMs, headers } = archive;
  const snapshot = archivedSnapshot(archive);
  return {
    name,
    bytes: sizeBytes,
    stored: formatTime(Math.floor(storedAtMs / 1000)),
    snapshot:
      snapshot === null ? null : { id: snapshot.id, time: formatTime(snapshot.timeSeconds) },
    host: headers?.host ?? null,
    repositoryId: headers?.repositoryId ?? null,
    program: headers?.program ?? null,
    sha256: headers?.sha256 ?? null,
  };
}
