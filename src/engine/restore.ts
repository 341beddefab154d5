// One restore: everything is rebuilt beside the destination and proved by its digest first, then put
// in place by renames; a restore that fails leaves the destination as it was.
import type { Snapshot } from '../catalog/records.js';
import { CorruptError, type RewindError } from '../errors.js';
import { mirrorMetadata } from '../repository/mirror-metadata.js';
import { type OpenRepository, openForReading } from '../repository/open-repository.js';
import { readContent } from '../repository/read-content.js';
import {
  type MetadataTarget,
  type UnsetMetadata,
  applyMetadata,
} from '../system/apply-metadata.js';
import { type BytePath, ROOT, formatPath, joinPath, parsePath } from '../system/byte-path.js';
import { type ParsedOwner, parseOwner } from '../system/owners.js';
import { type CheckedDestination, checkDestination } from './check-destination.js';
import { requireFreeSpace } from './check-space.js';
import { locateRepository } from './locate-repository.js';
import { showPath } from './notes.js';
import {
  type Placement,
  type WorkDirectory,
  createWorkDirectory,
  placeRestored,
  syncDirectories,
} from './place-restored.js';
import { type PlannedEntry, planRestore } from './plan-restore.js';
import type { Note, RestoreReport } from './reports.js';
import type { RestoreRequest } from './requests.js';
import { resolveSnapshot } from './resolve-snapshot.js';
import { ownerNotes, staleNotes, unsetNotes } from './restore-notes.js';
import type { RunContext } from './run-context.js';
import { summarizeSnapshot } from './snapshot-summary.js';

/** @throws RewindError, with the destination unchanged */
export async function restore(
  request: RestoreRequest,
  context: RunContext,
): Promise<RestoreReport> {
  const startedMs = context.clock.monotonicMs();
  const { fileSystem } = context;
  const owner = request.owner === null ? null : parseOwner(request.owner);
  const located = locateRepository(fileSystem, parsePath(request.repositoryPath));
  const repository = openForReading(fileSystem, located.repository);
  try {
    const { snapshot, entries } = findEntries(repository, located.path, request, context);
    const destination = checkDestination(
      fileSystem,
      request.destination,
      located.repository,
      entries,
      request.force,
    );
    const bytes = entries.reduce((sum, { version }) => sum + (version.content?.sizeBytes ?? 0), 0);
    requireFreeSpace(fileSystem, destination.workDirectory, bytes);
    const run: Run = { context, repository, entries, destination, owner, bytes };
    const unset = await rebuildAndPlace(run);
    const notes: Note[] = [
      ...staleNotes(entries),
      ...(owner === null ? ownerNotes(entries) : []),
      ...unsetNotes(unset),
    ];
    return {
      repository: formatPath(located.repository),
      snapshot: summarizeSnapshot(snapshot),
      path: showPath(located.path),
      destination: formatPath(destination.path),
      files: entries.filter(({ version }) => version.type === 'file').length,
      bytes,
      elapsedMs: Math.round(context.clock.monotonicMs() - startedMs),
      notes,
    };
  } finally {
    repository.close();
  }
}

interface Run {
  readonly context: RunContext;
  readonly repository: OpenRepository;
  readonly entries: readonly PlannedEntry[];
  readonly destination: CheckedDestination;
  readonly owner: ParsedOwner | null;
  readonly bytes: number;
}

function findEntries(
  { catalog }: OpenRepository,
  path: BytePath,
  request: RestoreRequest,
  context: RunContext,
): { snapshot: Snapshot; entries: PlannedEntry[] } {
  return catalog.read(() => {
    const snapshot = resolveSnapshot(catalog.snapshots.list(), request.time, context.clock.nowMs());
    const versions = catalog.versions.listAt(snapshot.id);
    const everExisted = catalog.versions.everExisted(path);
    return { snapshot, entries: planRestore(snapshot, versions, path, everExisted) };
  });
}

async function rebuildAndPlace(run: Run): Promise<UnsetMetadata[]> {
  const { fileSystem } = run.context;
  const { workDirectory } = run.destination;
  const work = createWorkDirectory(
    fileSystem,
    workDirectory,
    `.redis-rewind-restore-${run.context.processId}`,
  );
  try {
    const placements = await rebuild(run, work);
    const unset = applyMetadata(
      fileSystem,
      placements.flatMap(({ entry, made }) =>
        made === null ? [] : [metadataFor(run, entry, made)],
      ),
    );
    syncDirectories(fileSystem, [work.made]);
    await run.context.checkpoint();
    const written = placeRestored({
      fileSystem,
      missingParents: run.destination.missingParents,
      placements,
      asideDirectory: work.aside,
    });
    work.remove();
    const directories = placements.filter(({ made }) => made === null).toReversed();
    unset.push(
      ...applyMetadata(
        fileSystem,
        directories.map(({ entry, target }) => metadataFor(run, entry, target)),
      ),
    );
    syncDirectories(fileSystem, written);
    return unset.map((item) => ({ ...item, path: finalPath(placements, item.path) }));
  } catch (error) {
    work.remove();
    throw error;
  }
}

interface RestoredEntry extends Placement {
  readonly entry: PlannedEntry;
}

/** Makes every file and link inside the work directory, each proved by its digest. */
async function rebuild(run: Run, work: WorkDirectory): Promise<RestoredEntry[]> {
  const { fileSystem } = run.context;
  const restored: RestoredEntry[] = [];
  let doneBytes = 0;
  for (const [index, entry] of run.entries.entries()) {
    const { version, relative } = entry;
    const target =
      relative === ROOT ? run.destination.path : joinPath(run.destination.path, relative);
    const made = version.type === 'directory' ? null : joinPath(work.made, String(index));
    if (made !== null && version.linkTarget !== null) {
      fileSystem.makeLink(version.linkTarget, made);
    } else if (made !== null) {
      await rebuildFile(run, entry, made, (count) => {
        doneBytes += count;
        run.context.onProgress({
          phase: 'restoring',
          path: showPath(version.path),
          doneBytes,
          totalBytes: run.bytes,
        });
      });
    }
    restored.push({ entry, target, made });
  }
  return restored;
}

async function rebuildFile(
  { context, repository }: Run,
  { version }: PlannedEntry,
  made: BytePath,
  onBytes: (count: number) => void,
): Promise<void> {
  if (version.content === null) throw new CorruptError('a file without a content');
  const { fileSystem, checkpoint } = context;
  const file = fileSystem.open(made, 'create');
  try {
    let position = 0;
    const emit = (bytes: Uint8Array): void => {
      fileSystem.write(file, bytes, position);
      position += bytes.length;
      onBytes(bytes.length);
    };
    await readContent(repository, version.content, emit, checkpoint);
    fileSystem.sync(file);
  } catch (error) {
    throw error instanceof CorruptError ? nameFile(error, version.path) : error;
  } finally {
    fileSystem.close(file);
  }
}

function nameFile(error: RewindError, path: BytePath): CorruptError {
  return new CorruptError(`'${showPath(path)}' cannot be restored: ${error.message}`, {
    hint: "'redis-rewind verify REPO' shows what is damaged and which snapshots are whole",
    cause: error,
  });
}

function metadataFor(run: Run, { version }: PlannedEntry, place: BytePath): MetadataTarget {
  return {
    ...mirrorMetadata(place, version, 0),
    uid: run.owner?.uid ?? version.uid,
    gid: run.owner?.gid ?? version.gid,
  };
}

/** Where an entry that was made in the work directory stands now. */
function finalPath(placements: readonly RestoredEntry[], path: BytePath): BytePath {
  return placements.find(({ made }) => made === path)?.target ?? path;
}
