// Taking the entries of SOURCE: files that changed are copied into staging, links are made there, and
// what could not be read is kept as the last snapshot has it, marked stale.
import type { Version } from '../catalog/records.js';
import type { Staging } from '../repository/staging.js';
import { type BytePath, formatPath, isWithin } from '../system/byte-path.js';
import { type NextEntry, isSameContent, keptEntry, metadataOf } from './next-entry.js';
import { lookNote } from './notes.js';
import { type LastSnapshot, bytesToRead, knownContent } from './plan-reading.js';
import type { Note } from './reports.js';
import type { RunContext } from './run-context.js';
import type { ScannedEntry, SourceScan } from './scan-source.js';
import { type StagedFile, stageFile } from './stage-file.js';

export interface TakeRequest {
  readonly context: RunContext;
  readonly staging: Staging;
  readonly scan: SourceScan;
  readonly last: LastSnapshot;
  readonly rehash: boolean;
}

export interface TakenEntries {
  readonly entries: readonly NextEntry[];
  readonly notes: readonly Note[];
}

export async function takeEntries(request: TakeRequest): Promise<TakenEntries> {
  const { context, scan, last } = request;
  const entries: NextEntry[] = [];
  const notes: Note[] = [];
  const totalBytes = bytesToRead(scan.entries, last, request.rehash);
  let doneBytes = 0;
  for (const entry of scan.entries) {
    await context.checkpoint();
    if (entry.type !== 'file') {
      entries.push(entry.type === 'symlink' ? takeLink(request, entry) : unread(entry, null));
      continue;
    }
    const known = knownContent(entry, last, request.rehash);
    if (known !== null) {
      entries.push(unread(entry, known));
      continue;
    }
    const taken = await takeFile(request, entry, (count) => {
      doneBytes = Math.min(totalBytes, doneBytes + count);
      context.onProgress({ phase: 'copying', path: formatPath(entry.path), doneBytes, totalBytes });
    });
    if (taken.entry !== null) entries.push(taken.entry);
    if (taken.note !== null) notes.push(taken.note);
  }
  return { entries: [...entries, ...keptBelow(scan, last)], notes };
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
  const version = last.versions.get(entry.path);
  const isInMirror =
    version !== undefined &&
    isSameContent(version, next) &&
    last.conditions.get(entry.path) !== 'wrong-content';
  if (isInMirror || entry.linkTarget === null) return next;
  const staged = staging.newName();
  context.fileSystem.makeLink(entry.linkTarget, staging.path(staged));
  return { ...next, staged };
}

interface Taken {
  readonly entry: NextEntry | null;
  readonly note: Note | null;
}

async function takeFile(
  request: TakeRequest,
  entry: ScannedEntry,
  onBytes: (count: number) => void,
): Promise<Taken> {
  const { context, staging, last } = request;
  const outcome = await stageFile(context, staging, entry.path, entry.absolute, onBytes);
  const version = last.versions.get(entry.path);
  if (outcome.kind === 'staged') return takeStaged(request, entry, version, outcome);
  if (outcome.kind === 'vanished') return { entry: null, note: null };
  if (outcome.kind === 'restless') {
    return keepOrLeaveOut(version, entry, 'went on changing while it was read');
  }
  return keepOrLeaveOut(version, entry, `could not be read: ${outcome.error.message}`);
}

/** A file that was read: what the mirror has already is not staged again. */
function takeStaged(
  { staging, last }: TakeRequest,
  entry: ScannedEntry,
  version: Version | undefined,
  outcome: StagedFile,
): Taken {
  const next: NextEntry = {
    ...unread(entry, null),
    ...metadataOf(outcome.stat),
    content: { sha256: outcome.sha256, sizeBytes: outcome.sizeBytes },
    staged: outcome.staged,
    state: outcome.state,
  };
  if (version === undefined || !isSameContent(version, next)) return { entry: next, note: null };
  if (last.conditions.get(entry.path) === 'wrong-content') {
    return { entry: next, note: mendedNote(entry.path) };
  }
  staging.discard(outcome.staged);
  return { entry: { ...next, staged: null }, note: null };
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
    };
  }
  return {
    entry: null,
    note: lookNote('left-out', entry.path, `'${shown}' ${why}, and is not in this snapshot`),
  };
}

function mendedNote(path: BytePath): Note {
  return lookNote(
    'mirror-mended',
    path,
    `the repository's own file '${formatPath(path)}' was missing or had another size, and is put right`,
    'find out who changes files in the repository',
  );
}

/** Everything known below directories that could not be listed. */
function keptBelow(scan: SourceScan, last: LastSnapshot): NextEntry[] {
  const isBelow = (path: BytePath): boolean =>
    scan.unreadable.some((folder) => path !== folder && isWithin(path, folder));
  return [...last.versions.values()].filter(({ path }) => isBelow(path)).map(keptEntry);
}
