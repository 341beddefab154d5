// Taking the entries of SOURCE: files that changed are copied into staging, links are made there, and
// what could not be read is kept as the last snapshot has it, marked stale.
import type { Version } from '../../catalog/records.js';
import type { FileExamination } from '../../persistence/examine/examine-file.js';
import type { Examiners } from '../../persistence/examine/examiners.js';
import type { Staging } from '../../repository/staging.js';
import { type BytePath, formatPath, isWithin } from '../../system/files/byte-path.js';
import type { Digests } from '../../system/digest/digests.js';
import { Reflinks } from '../../system/files/reflinks.js';
import { type Capture, capturedBytes } from '../server/capture-plan.js';
import { expectedKind } from './examine-entries.js';
import { type NextEntry, keptEntry, metadataOf } from './next-entry.js';
import { lookNote, type Note } from '../run/notes.js';
import type { OldContents } from './old-contents.js';
import type { MirrorFile } from './copy-target.js';
import { bytesToRead, filesToRead, isInMirror, isReplaced, knownContent } from './plan-reading.js';
import type { LastSnapshot } from './last-snapshot.js';
import type { RunContext } from '../run/run-context.js';
import type { ScannedEntry, SourceScan } from '../source/scan-source.js';
import { type CapturedFile, type ReadFile, type StageRequest, stageFile } from './stage-file.js';
import { takeBytes } from './take-bytes.js';

export interface TakeRequest {
  readonly context: RunContext;
  readonly staging: Staging;
  readonly oldContents: OldContents;
  readonly digests: Digests;
  readonly scan: SourceScan;
  /** What was captured of a running server, or null. */
  readonly capture: Capture | null;
  readonly last: LastSnapshot;
  readonly rehash: boolean;
  /** Null where nothing is examined. */
  readonly examiners: Examiners | null;
}

interface TakeRun extends TakeRequest {
  readonly reflinks: Reflinks;
}

export interface TakenEntries {
  readonly entries: readonly NextEntry[];
  readonly notes: readonly Note[];
  /** What was found in dumps and AOF files that were read. */
  readonly examined: ReadonlyMap<BytePath, FileExamination>;
}

export async function takeEntries(request: TakeRequest): Promise<TakenEntries> {
  const { context, scan, last } = request;
  startThreads(request);
  const entries: NextEntry[] = [];
  const notes: Note[] = [];
  const run: TakeRun = { ...request, reflinks: new Reflinks(context.fileSystem) };
  const examined = new Map<BytePath, FileExamination>();
  const totalBytes = bytesToRead(scan.entries, last, request.rehash);
  let doneBytes = 0;
  for (const entry of scan.entries) {
    await context.checkpoint();
    if (entry.type !== 'file') {
      entries.push(entry.type === 'symlink' ? takeLink(request, entry) : unread(entry, null));
      continue;
    }
    const captured = request.capture?.files.get(entry.path) ?? null;
    const known = knownContent(entry, last, request.rehash);
    // A file with the same stat may have been taken whole before, and not now.
    if (known !== null && (captured === null || capturedBytes(captured) === known.sizeBytes)) {
      entries.push(unread(entry, known));
      continue;
    }
    if (captured?.kind === 'bytes') {
      entries.push(takeBytes(run, unread(entry, null), captured));
      continue;
    }
    const taken = await takeFile(run, entry, captured, (count) => {
      doneBytes = Math.min(totalBytes, doneBytes + count);
      context.onProgress({ phase: 'copying', path: formatPath(entry.path), doneBytes, totalBytes });
    });
    if (taken.entry !== null) entries.push(taken.entry);
    if (taken.note !== null) notes.push(taken.note);
    if (taken.examination !== null) examined.set(entry.path, taken.examination);
  }
  return { entries: [...entries, ...keptUnseen(scan, last)], notes, examined };
}

/** Threads take a while to start, so those that will be needed are started before anything is read. */
function startThreads(request: TakeRequest): void {
  const { digests, examiners, oldContents, scan, capture, last, rehash } = request;
  for (const entry of filesToRead(scan.entries, last, rehash)) {
    digests.prepare(entry.stat.size);
    const kind = expectedKind(entry.path, capture?.named ?? null);
    if (kind === 'dump' || kind === 'log') examiners?.prepare(entry.stat.size);
    if (isReplaced(entry, last)) oldContents.prepare(entry.path);
  }
}

/** An entry that is as its stat says, with nothing to be read. */
function unread(entry: ScannedEntry, content: Version['content']): NextEntry {
  return {
    path: entry.path,
    type: entry.type,
    ...metadataOf(entry.stat),
    content,
    linkTarget: entry.linkTarget,
    stale: false,
    staged: null,
    state: null,
  };
}

function takeLink(request: TakeRequest, entry: ScannedEntry): NextEntry {
  const { staging, last, context } = request;
  const next = unread(entry, null);
  if (isInMirror(next, last) || entry.linkTarget === null) return next;
  const staged = staging.newName();
  context.fileSystem.makeLink(entry.linkTarget, staging.path(staged));
  return { ...next, staged };
}

interface Taken {
  readonly entry: NextEntry | null;
  readonly note: Note | null;
  readonly examination: FileExamination | null;
}

async function takeFile(
  request: TakeRun,
  entry: ScannedEntry,
  captured: CapturedFile | null,
  onBytes: (count: number) => void,
): Promise<Taken> {
  const { context, staging, digests, reflinks, last, oldContents } = request;
  const mirror = oldContents.openMirror(entry.path);
  const outcome = await stageFile({
    context,
    staging,
    digests,
    reflinks,
    path: entry.path,
    absolute: entry.absolute,
    captured,
    examine: examinerFor(request, entry.path),
    mirror,
    follow: (staged) => (mirror === null ? null : oldContents.follow(mirror, staged)),
    onBytes,
  });
  const version = last.versions.get(entry.path);
  if (outcome.kind === 'read') return takeRead(request, entry, mirror, outcome);
  if (outcome.kind === 'vanished') return { entry: null, note: null, examination: null };
  if (outcome.kind === 'restless') {
    return keepOrLeaveOut(version, entry, 'went on changing while it was read');
  }
  return keepOrLeaveOut(version, entry, `could not be read: ${outcome.error.message}`);
}

function examinerFor({ examiners, capture }: TakeRequest, path: BytePath): StageRequest['examine'] {
  const kind = expectedKind(path, capture?.named ?? null);
  if (examiners === null || kind === null) return null;
  return async (sizeBytes) =>
    kind === 'unknown' ? examiners.beginUnknown(sizeBytes) : examiners.begin(kind, sizeBytes);
}

/** A file that was read whole; what it replaces is being kept from here on. */
function takeRead(
  { oldContents }: TakeRequest,
  entry: ScannedEntry,
  mirror: MirrorFile | null,
  { copy, delta, sha256, sizeBytes, examination, stat, state }: ReadFile,
): Taken {
  const content = { sha256, sizeBytes };
  if (copy.kind === 'staged') oldContents.closeLater(copy.staged.file.descriptor);
  if (mirror !== null && delta !== null) oldContents.completeFollowed(mirror, delta, content);
  if (mirror !== null && copy.kind === 'grown') oldContents.keepPrefix(mirror, content);
  const staged = copy.kind === 'staged' ? copy.staged.name : null;
  const next = { ...unread(entry, null), ...metadataOf(stat), content, staged, state };
  return { entry: next, note: null, examination };
}

function keepOrLeaveOut(version: Version | undefined, entry: ScannedEntry, why: string): Taken {
  const shown = formatPath(entry.path);
  if (version?.type === 'file') {
    return {
      entry: keptEntry(version),
      note: lookNote(
        'stale',
        entry.path,
        `'${shown}' ${why}; its last version is kept, marked stale`,
      ),
      examination: null,
    };
  }
  return {
    entry: null,
    note: lookNote('left-out', entry.path, `'${shown}' ${why}, and is not in this snapshot`),
    examination: null,
  };
}

/** All that is known of what could not be listed or looked at. */
function keptUnseen(scan: SourceScan, last: LastSnapshot): NextEntry[] {
  const seen = new Set(scan.entries.map(({ path }) => path));
  return [...last.versions.values()]
    .filter(({ path }) => !seen.has(path))
    .filter(({ path }) => scan.unreadable.some((folder) => isWithin(path, folder)))
    .map(keptEntry);
}
