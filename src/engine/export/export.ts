// One export: a snapshot is read from the repository, and written to a store or a pipe as an archive. A content that is not
// what the catalog says ends the stream, so that no archive is finished.
import { UsageError } from '../../errors.js';
import { formatArchiveName } from '../../offsite/archive-name.js';
import type { SealingKeys } from '../../offsite/archive/archive-keys.js';
import { contentBytes } from '../../offsite/archive/manifest.js';
import { type Seal, prepareSeal } from '../../offsite/archive/seal-archive.js';
import { writeArchive } from '../../offsite/archive/write-archive.js';
import { openSnapshots } from '../../repository/open/open-repository.js';
import { formatPath } from '../../system/files/byte-path.js';
import { awaitWithCheckpoints } from '../../system/time/checkpoint.js';
import { type ArchivePlace, openPlace } from '../archive/archive-place.js';
import { leftoverNotes } from '../archive/leftover-notes.js';
import { readSealingKeys } from '../archive/archive-keys.js';
import { showPath } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { type RequestedTime, parseTime } from '../snapshot/time-spec.js';
import { ExportedSnapshot } from './exported-snapshot.js';
import type { ExportReport } from './export-report.js';
import type { ExportRequest } from './export-request.js';
import { requireOutside } from './require-outside.js';

/** @throws RewindError; nothing is then finished at the target */
export async function exportSnapshot(
  request: ExportRequest,
  context: RunContext,
): Promise<ExportReport> {
  const time = parseTime(request.time);
  const place = openPlace(request.target, context);
  const isRemote = place.kind === 'store' && place.isRemote;
  const keys = readSealingKeys(request.sealing, context.fileSystem, isRemote);
  return exportTo(place, { ...request, time, keys }, context);
}

/** What to export, with everything read that the command line only names. */
export interface WantedExport extends Pick<ExportRequest, 'repository' | 'force' | 'pipe'> {
  readonly time: RequestedTime;
  readonly keys: SealingKeys;
}

/** Throws what exportSnapshot throws. */
export async function exportTo(
  place: ArchivePlace,
  wanted: WantedExport,
  context: RunContext,
): Promise<ExportReport> {
  const startedMs = context.clock.monotonicMs();
  const { repository, keys } = wanted;
  if (place.kind === 'store') requireOutside(context.fileSystem, place.folder, repository);
  const seal = await prepareSeal(keys);
  const snapshot = openExported(wanted, context);
  try {
    const leftovers = place.kind === 'pipe' ? 0 : await place.store.removeLeftovers();
    const written = await writeTo(place, { snapshot, seal, wanted }, context);
    return {
      repository: formatPath(repository),
      snapshot: snapshot.summary,
      target: place.kind === 'pipe' ? '-' : place.store.label,
      ...written,
      encrypted: keys.kind === 'none' ? 'no' : keys.kind,
      bytes: contentBytes(snapshot.manifest.entries),
      elapsedMs: Math.round(context.clock.monotonicMs() - startedMs),
      notes: [...snapshot.notes, ...leftoverNotes(leftovers)],
    };
  } finally {
    await snapshot.close();
  }
}

function openExported(wanted: WantedExport, context: RunContext): ExportedSnapshot {
  const open = openSnapshots(context.fileSystem, wanted.repository);
  try {
    return new ExportedSnapshot(open, wanted.time, context);
  } catch (error) {
    open.close();
    throw error;
  }
}

interface Writing {
  readonly snapshot: ExportedSnapshot;
  readonly seal: Seal;
  readonly wanted: WantedExport;
}

async function writeTo(
  place: ArchivePlace,
  { snapshot, seal, wanted }: Writing,
  context: RunContext,
): Promise<Pick<ExportReport, 'name' | 'archiveBytes'>> {
  const made = archiveOf(snapshot, seal, context);
  const chunks = place.rateLimit?.slow(made) ?? made;
  if (place.kind === 'pipe') {
    const { pipe } = wanted;
    if (pipe === null) throw new UsageError('there is no pipe to write the archive to');
    let archiveBytes = 0;
    for await (const chunk of chunks) {
      await awaitWithCheckpoints(pipe(chunk), context.checkpoint);
      archiveBytes += chunk.length;
    }
    return { name: null, archiveBytes };
  }
  const { id: snapshotId, timeSeconds: snapshotTimeSeconds, host } = snapshot.manifest.snapshot;
  const isEncrypted = wanted.keys.kind !== 'none';
  const name = place.name ?? formatArchiveName({ snapshotTimeSeconds, snapshotId, isEncrypted });
  const stored = await place.store.put(name, {
    chunks,
    estimatedBytes: contentBytes(snapshot.manifest.entries),
    labels: {
      program: context.program.replace(' ', '/'),
      snapshotId,
      snapshotTimeSeconds,
      host,
      repositoryId: snapshot.manifest.repositoryId,
    },
    mayReplace: wanted.force,
  });
  return { name: stored.name, archiveBytes: stored.sizeBytes };
}

async function* archiveOf(
  snapshot: ExportedSnapshot,
  seal: Seal,
  { onProgress }: RunContext,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { manifest } = snapshot;
  const totalBytes = contentBytes(manifest.entries);
  let doneBytes = 0;
  yield* writeArchive({
    manifest,
    seal,
    read: (entry, emit) =>
      snapshot.read(entry, async (bytes) => {
        await emit(bytes);
        doneBytes += bytes.length;
        onProgress({ phase: 'exporting', path: showPath(entry.path), doneBytes, totalBytes });
      }),
  });
  // A store may have some of it still to send.
  onProgress({ phase: 'finishing', path: null, doneBytes: 0, totalBytes: 0 });
}
