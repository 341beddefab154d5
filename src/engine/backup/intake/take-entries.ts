// Taking the entries of SOURCE. Files that changed are copied into staging, links are made there, and what
// could not be listed or looked at is kept as the last snapshot has it, marked stale.
import type { ExaminedKind, FileExamination } from '../../../persistence/examine/examine-file.js';
import { type BytePath, formatPath, isWithin } from '../../../system/files/byte-path.js';
import { isErrno } from '../../../system/files/errno.js';
import { Reflinks } from '../../../system/files/reflinks.js';
import { type Note, lookNote } from '../../run/notes.js';
import { type Capture, capturedBytes } from '../../server/capture-plan.js';
import type { ScannedEntry, SourceScan } from '../../source/scan-source.js';
import type { BackupProgress } from '../backup-progress.js';
import type { LastSnapshot } from '../last-snapshot.js';
import { type NextEntry, entryAsScanned, keptEntry } from '../next-entry.js';
import { isInMirror, isReplaced, knownContent } from '../plan-reading.js';
import type { RoomPlan } from '../plan-room.js';
import { expectedKind } from './examine-entries.js';
import type { IntakeParts } from './file-intake.js';
import { namedByManifests } from './named-by-manifests.js';
import { Patience } from './patience.js';
import { takeBytes } from './take-bytes.js';
import { type Taken, keepOrLeaveOut, takeFile } from './take-file.js';

export interface TakeRequest extends Omit<IntakeParts, 'reflinks' | 'patience'> {
  readonly scan: SourceScan;
  /** The files that will be copied. */
  readonly toRead: readonly ScannedEntry[];
  /** What was captured of a running server, or null. */
  readonly capture: Capture | null;
  readonly room: RoomPlan;
  readonly progress: BackupProgress;
  /** Read every file. */
  readonly rehash: boolean;
}

type NamedFiles = ReadonlyMap<BytePath, ExaminedKind>;

export interface TakenEntries {
  readonly entries: readonly NextEntry[];
  readonly notes: readonly Note[];
  /** What was found in dumps and AOF files that were read. */
  readonly examined: ReadonlyMap<BytePath, FileExamination>;
}

export async function takeEntries(request: TakeRequest): Promise<TakenEntries> {
  const { context, scan, capture, last, rehash } = request;
  const { named, notes: namingNotes } = await namedFiles(request);
  startThreads(request, named);
  const entries: NextEntry[] = [];
  const notes: Note[] = [...namingNotes];
  const examined = new Map<BytePath, FileExamination>();
  const parts: IntakeParts = {
    ...request,
    reflinks: new Reflinks(context.fileSystem),
    patience: new Patience(context),
  };
  const { tooLarge } = request.room;
  request.progress.begin('copying');
  for (const entry of scan.entries) {
    await context.checkpoint();
    if (entry.type !== 'file') {
      const taken = entry.type === 'symlink' ? takeLink(parts, entry) : null;
      if (taken === null) entries.push(entryAsScanned(entry, null));
      else if (taken.entry !== null) entries.push(taken.entry);
      if (taken?.note) notes.push(taken.note);
      continue;
    }
    const captured = capture?.files.get(entry.path) ?? null;
    const known = knownContent(entry, last, rehash);
    // The stat may be the same although another number of bytes was captured.
    if (known !== null && (captured === null || capturedBytes(captured) === known.sizeBytes)) {
      entries.push(entryAsScanned(entry, known));
      continue;
    }
    if (captured?.kind === 'bytes') {
      entries.push(takeBytes(parts, entryAsScanned(entry, null), captured));
      continue;
    }
    if (tooLarge.has(entry.path)) {
      const why = `says that it has ${entry.stat.size} bytes, for which there is no room`;
      const kept = keepOrLeaveOut(last.versions.get(entry.path), entry.path, why);
      if (kept.entry !== null) entries.push(kept.entry);
      if (kept.note !== null) notes.push(kept.note);
      continue;
    }
    const onBytes = (count: number): void => request.progress.tell(entry.path, count);
    const kind = expectedKind(entry.path, named);
    await request.increments.room();
    const taken = await takeFile(parts, entry, { captured, expectedKind: kind, onBytes });
    request.progress.endFile(Number(entry.stat.size));
    if (taken.entry !== null) entries.push(taken.entry);
    if (taken.note !== null) notes.push(taken.note);
    if (taken.examination !== null) examined.set(entry.path, taken.examination);
  }
  return { entries: [...entries, ...keptUnseen(scan, last)], notes, examined };
}

/** The kinds of the files that a server's settings or a manifest names. */
async function namedFiles({
  context,
  capture,
  examiners,
  scan,
}: TakeRequest): Promise<{ readonly named: NamedFiles; readonly notes: readonly Note[] }> {
  const named = capture?.named ?? new Map();
  return examiners === null ? { named, notes: [] } : namedByManifests(context, scan.entries, named);
}

/** Starts the threads that will be needed before anything is read, since they take a while to start. */
function startThreads(request: TakeRequest, named: NamedFiles): void {
  const { digests, examiners, increments, last, toRead } = request;
  for (const entry of toRead) {
    digests.prepare(entry.stat.size);
    const kind = expectedKind(entry.path, named);
    if (kind === 'dump' || kind === 'log') examiners?.prepare(entry.stat.size);
    const replaced = isReplaced(entry, last) ? last.versions.get(entry.path)?.content : null;
    if (replaced) increments.prepare(replaced);
  }
}

/** A link that the repository's file system cannot have is left out. */
function takeLink(
  { staging, last, context }: IntakeParts,
  entry: ScannedEntry,
): Pick<Taken, 'entry' | 'note'> {
  const next = entryAsScanned(entry, null);
  if (isInMirror(next, last) || entry.linkTarget === null) return { entry: next, note: null };
  const staged = staging.newName();
  try {
    context.fileSystem.makeLink(entry.linkTarget, staging.path(staged));
  } catch (error) {
    if (!NO_SUCH_LINKS.some((errno) => isErrno(error, errno))) throw error;
    const { path } = entry;
    const message = `'${formatPath(path)}' is a symbolic link that the repository's file system cannot have: ${(error as Error).message}; it is not in this snapshot`;
    return { entry: null, note: lookNote('left-out', path, message, LINKLESS_HINT) };
  }
  return { entry: { ...next, staged }, note: null };
}

/** How a file system refuses a link: it has none, or none with this target. */
const NO_SUCH_LINKS = [
  'EPERM',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EINVAL',
  'EILSEQ',
  'ENAMETOOLONG',
];

const LINKLESS_HINT = 'keep the repository on a file system that has such links, or use --exclude';

/** What the last snapshot has of all that could not be listed or looked at. */
function keptUnseen(scan: SourceScan, last: LastSnapshot): NextEntry[] {
  const seen = new Set(scan.entries.map(({ path }) => path));
  return [...last.versions.values()]
    .filter(({ path }) => !seen.has(path))
    .filter(({ path }) => scan.unreadable.some((folder) => isWithin(path, folder)))
    .map(keptEntry);
}
