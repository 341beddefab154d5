// One restore: what is wanted, whether the destination will do, then all of it or nothing.
import type { ExaminationRecord, Snapshot } from '../../catalog/records.js';
import { openForReading } from '../../repository/open/open-repository.js';
import type { OpenRepository } from '../../repository/repository.js';
import { type BytePath, formatPath, parsePath } from '../../system/files/byte-path.js';
import { parseOwner } from '../../system/files/owners.js';
import { checkDestination } from './check-destination.js';
import { readProvedSnapshot } from '../snapshot/check-snapshot.js';
import { requireFreeSpace } from '../run/check-space.js';
import { locateRepository } from '../snapshot/locate-repository.js';
import { showPath, type Note } from '../run/notes.js';
import { type PlannedEntry, planRestore } from './plan-restore.js';
import type { RestoreReport } from './restore-report.js';
import type { RestoreRequest } from './restore-request.js';
import { ownerNotes, staleNotes, unusableNotes } from './restore-notes.js';
import type { RunContext } from '../run/run-context.js';
import { runRestore } from './run-restore.js';
import { summarizeSnapshot } from '../snapshot/snapshot-summary.js';

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
    const { snapshot, entries, examinations } = findEntries(
      repository,
      located.path,
      request,
      context,
    );
    const destination = checkDestination(
      fileSystem,
      request.destination,
      located.repository,
      entries,
      request.force,
    );
    const bytes = entries.reduce((sum, { version }) => sum + (version.content?.sizeBytes ?? 0), 0);
    requireFreeSpace(fileSystem, destination.workDirectory, bytes);
    const placed = await runRestore({ context, repository, entries, destination, owner, bytes });
    const notes: Note[] = [
      ...staleNotes(entries),
      ...unusableNotes(entries, examinations),
      ...(owner === null ? ownerNotes(entries) : []),
      ...placed,
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

function findEntries(
  { catalog }: OpenRepository,
  path: BytePath,
  request: RestoreRequest,
  context: RunContext,
): {
  snapshot: Snapshot;
  entries: PlannedEntry[];
  examinations: ReadonlyMap<number, ExaminationRecord>;
} {
  return catalog.read(() => {
    const { snapshot, versions } = readProvedSnapshot(catalog, request.time, context.clock.nowMs());
    const everExisted = catalog.versions.everExisted(path);
    const examinations = catalog.examinations?.all() ?? new Map<number, ExaminationRecord>();
    return { snapshot, entries: planRestore(snapshot, versions, path, everExisted), examinations };
  });
}
