// One restore: read the snapshot, look at the destination, plan, and do all of it or nothing.
import { restoreWorkName } from '../../repository/layout.js';
import {
  type BytePath,
  baseName,
  formatPath,
  joinPath,
  parsePath,
} from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { type ParsedOwner, parseOwner } from '../../system/files/metadata/owners.js';
import { requireFreeSpace } from '../run/check-space.js';
import { showPath } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { locateRepository } from '../snapshot/locate-repository.js';
import { parseTime } from '../snapshot/time-spec.js';
import { requireUsableDestination } from './destination/check-destination.js';
import { findDestinationServer, runningServerNotes } from './destination/destination-server.js';
import { findDestination } from './destination/find-destination.js';
import { type DestinationPlace, holdDestination } from './destination/hold-destination.js';
import { keepsOwnMetadata, keptMetadataNotes } from './destination/own-metadata.js';
import { planRestore } from './plan-restore.js';
import { loadingNotes } from './loading/loading-notes.js';
import { openRepositorySource } from './read-from-repository.js';
import { entryNotes } from './restore-notes.js';
import type { RestoreOutcome, RestoreReport } from './restore-report.js';
import type { RestoreRequest } from './restore-request.js';
import type { RestoreSource, SourceLocation } from './restore-source.js';
import { runRestorePlan } from './run-restore-plan.js';
import { type Selection, isTree, selectEntries } from './select-entries.js';
import { WorkDirectory } from './work-directory.js';

/** @throws RewindError, with the destination unchanged */
export async function restore(
  request: RestoreRequest,
  context: RunContext,
): Promise<RestoreReport> {
  const startedMs = context.clock.monotonicMs();
  const owner = request.owner === null ? null : parseOwner(request.owner);
  const time = parseTime(request.time);
  const whole = parsePath(request.repositoryPath);
  const { repository, path } = locateRepository(context.fileSystem, whole);
  const source = openRepositorySource(repository, time, context);
  try {
    const wanted = { ...request, path, owner, startedMs };
    const outcome = await restoreFrom(source, wanted, context);
    return { repository: formatPath(source.location.path), snapshot: source.snapshot, ...outcome };
  } finally {
    await source.close();
  }
}

/** What to restore from an open source, and where. */
export interface WantedRestore extends Pick<
  RestoreRequest,
  'destination' | 'isDirectoryNamed' | 'force' | 'setDestination'
> {
  /** Inside the snapshot; '' is all of it. */
  readonly path: BytePath;
  /** Whom the entries are given to; null for their recorded owners. */
  readonly owner: ParsedOwner | null;
  /** When the restore began, by the monotonic clock. */
  readonly startedMs: number;
}

/** Restores from a source and leaves it open. Throws what `restore` throws. */
export async function restoreFrom(
  source: RestoreSource,
  wanted: WantedRestore,
  context: RunContext,
): Promise<RestoreOutcome> {
  const selection = selectEntries(source, wanted.path);
  const asked = placeIn(wanted, selection);
  const held = holdDestination(context, asked, isTree(selection));
  try {
    return await restoreSelection({ source, selection, wanted }, held.place, context);
  } finally {
    held.release();
  }
}

/** Where the first entry goes. */
function placeIn({ destination, isDirectoryNamed, path }: WantedRestore, selection: Selection) {
  const isWithin = isDirectoryNamed && !isTree(selection);
  return isWithin ? joinPath(destination, baseName(path)) : destination;
}

interface SelectedRestore {
  readonly source: RestoreSource;
  readonly selection: Selection;
  readonly wanted: WantedRestore;
}

/** @param place where the destination is, with its nearest directory held */
async function restoreSelection(
  { source, selection, wanted }: SelectedRestore,
  place: DestinationPlace,
  context: RunContext,
): Promise<RestoreOutcome> {
  const { path, owner, force } = wanted;
  const { fileSystem, processId, uid: actingUid } = context;
  const destination = findDestination(fileSystem, place, selection);
  const location = source.location && realLocation(source.location, fileSystem);
  const server = findDestinationServer(fileSystem, destination, source, selection);
  requireUsableDestination({ destination, selection, location, server, force });

  const work = new WorkDirectory(context, destination.workParent, restoreWorkName(processId));
  const keepsMetadata =
    !wanted.setDestination && keepsOwnMetadata(destination, source.placeOf(path));
  const plan = planRestore({ selection, destination, work, owner, keepsMetadata, actingUid });
  requireFreeSpace(fileSystem, work.parent, plan.totalBytes);
  const outcome = await runRestorePlan({ plan, source, work, context });
  return {
    path: showPath(path),
    destination: formatPath(destination.path),
    files: selection.filter(({ entry }) => entry.type === 'file').length,
    bytes: plan.totalBytes,
    elapsedMs: Math.round(context.clock.monotonicMs() - wanted.startedMs),
    notes: [
      ...source.notes,
      ...entryNotes(selection, owner),
      ...runningServerNotes(server),
      ...(keepsMetadata ? keptMetadataNotes(destination, selection, owner) : []),
      ...outcome,
      ...loadingNotes(fileSystem, source, selection, destination.path),
    ],
  };
}

function realLocation(location: SourceLocation, fileSystem: FileSystem): SourceLocation {
  return { ...location, path: fileSystem.realPath(location.path) ?? location.path };
}
