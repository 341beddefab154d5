// After a backup: exports its snapshot, and those that earlier runs could not export. What is there is told by the store alone:
// its list, its headers, and in a folder the names.
import {
  CorruptError,
  NotInSnapshotError,
  RemoteStoreError,
  RewindError,
  UsageError,
} from '../../errors.js';
import { parseArchiveName } from '../../offsite/archive-name.js';
import type { SealingKeys } from '../../offsite/archive/archive-keys.js';
import type { ArchiveStore, StoredArchive } from '../../offsite/stores/store.js';
import { openSnapshots } from '../../repository/open/open-repository.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { append, greatest } from '../../system/lists/lists.js';
import { readSealingKeys } from '../archive/archive-keys.js';
import { type StorePlace, openPlace } from '../archive/archive-place.js';
import type { SealingRequest, TargetRequest } from '../archive/archive-request.js';
import type { Note } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import type { TimedSnapshot } from '../snapshot/time-spec.js';
import { exportTo } from './export.js';

export interface FolderExportRequest {
  /** A place for archives, without the name of one. */
  readonly target: TargetRequest;
  readonly sealing: SealingRequest;
}

export interface PreparedExport {
  readonly place: StorePlace;
  readonly keys: SealingKeys;
}

/** Nothing is contacted yet. @throws UsageError; SystemError where a file of keys cannot be read */
export function prepareExport(
  { target, sealing }: FolderExportRequest,
  context: RunContext,
): PreparedExport {
  const place = openPlace(target, context);
  if (place.kind === 'pipe' || place.name !== null) {
    throw new UsageError(
      `each snapshot gets an archive of its own, so '${target.typed}' must be a folder`,
      {
        hint: "such as '/mnt/usb/' or 'swift://CONTAINER/'",
      },
    );
  }
  return { place, keys: readSealingKeys(sealing, context.fileSystem, place.isRemote) };
}

export interface MissingExports {
  readonly exported: readonly ExportedArchive[];
  /** Snapshots that are still missing in the store. */
  readonly missing: number;
  readonly notes: readonly Note[];
  /** Why there are some: what ended the exports, or kept a snapshot from being exported. */
  readonly failures: readonly RewindError[];
}

export interface ExportedArchive {
  readonly snapshotId: number;
  readonly name: string;
  readonly archiveBytes: number;
}

/**
 * A failure is told and not thrown. A snapshot that is damaged holds up no other one.
 * @throws what is no RewindError
 */
export async function exportMissing(
  { place, keys }: PreparedExport,
  repository: BytePath,
  context: RunContext,
): Promise<MissingExports> {
  const exported: ExportedArchive[] = [];
  const notes: Note[] = [];
  const failures: RewindError[] = [];
  let missing: readonly TimedSnapshot[] = [];
  try {
    missing = await findMissing(place.store, repository, context.fileSystem);
    for (const { id } of missing) {
      const time = { typed: `#${id}`, spec: { kind: 'snapshot' as const, id } };
      try {
        const wanted = { repository, time, keys, force: false, pipe: null };
        const report = await exportTo(place, wanted, context);
        const { name, archiveBytes } = report;
        exported.push({ snapshotId: id, name: name ?? '', archiveBytes });
        append(notes, report.notes);
      } catch (error) {
        if (!(error instanceof CorruptError || error instanceof NotInSnapshotError)) throw error;
        failures.push(error);
      }
    }
  } catch (error) {
    if (!(error instanceof RewindError)) throw error;
    failures.push(error);
  }
  // Where the store could not be asked, the newest snapshot at least is missing.
  const left = missing.length - exported.length;
  return { exported, missing: failures.length > 0 ? Math.max(1, left) : left, notes, failures };
}

/** Oldest first, so that a run that is cut off leaves no gap. */
async function findMissing(
  store: ArchiveStore,
  repository: BytePath,
  fileSystem: FileSystem,
): Promise<readonly TimedSnapshot[]> {
  const { snapshots, repositoryId } = readSnapshots(fileSystem, repository);
  const last = snapshots.at(-1)?.timeSeconds ?? 0;
  // Anybody may have written a header of the year 9999. It does not keep what is newest from being exported.
  const there = timesThere(await listIfThere(store), snapshots, repositoryId).filter(
    (seconds) => seconds <= last,
  );
  if (there.length === 0) return snapshots.slice(-1);
  const newest = greatest(there, 0);
  return snapshots.filter(({ timeSeconds }) => timeSeconds > newest);
}

function readSnapshots(
  fileSystem: FileSystem,
  path: BytePath,
): { readonly snapshots: readonly TimedSnapshot[]; readonly repositoryId: string | null } {
  const repository = openSnapshots(fileSystem, path);
  try {
    const snapshots = repository.snapshots().map(({ id, timeSeconds }) => ({ id, timeSeconds }));
    return { snapshots, repositoryId: repository.overview().record.uuid };
  } finally {
    repository.close();
  }
}

/** The first export makes a container or a folder that is not there yet. */
async function listIfThere(store: ArchiveStore): Promise<readonly StoredArchive[]> {
  try {
    return await store.list();
  } catch (error) {
    const isMissing =
      (error instanceof RemoteStoreError && error.trouble === 'missing') ||
      isErrno(error, 'ENOENT');
    if (isMissing) return [];
    throw error;
  }
}

/**
 * When the snapshots of this repository were taken whose archives are there. A file has its name alone: it is one of them if
 * the repository has such a snapshot.
 */
function timesThere(
  archives: readonly StoredArchive[],
  snapshots: readonly TimedSnapshot[],
  repositoryId: string | null,
): number[] {
  const known = new Map(snapshots.map(({ id, timeSeconds }) => [id, timeSeconds]));
  return archives.flatMap(({ name, headers }) => {
    if (headers !== null) {
      const { snapshotTimeSeconds } = headers;
      return headers.repositoryId === repositoryId ? [snapshotTimeSeconds] : [];
    }
    const named = parseArchiveName(name);
    const isKnown = named !== null && known.get(named.snapshotId) === named.snapshotTimeSeconds;
    return isKnown ? [named.snapshotTimeSeconds] : [];
  });
}
