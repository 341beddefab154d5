// Keeping the contents that leave the mirror with this backup. Most of their increments were begun while the
// new files were being read (file-intake.ts), and are waited for here. The others are made now: reverse
// deltas against what is most alike among the new contents, or full copies.
import type { Content, ContentKey, Version } from '../../../catalog/records.js';
import { CorruptError } from '../../../errors.js';
import {
  type NewIncrement,
  type OpenFile,
  beginDelta,
  writeFull,
} from '../../../repository/contents/write-increment.js';
import { mirrorPath } from '../../../repository/layout.js';
import type { WritableRepository } from '../../../repository/repository.js';
import type { Staging } from '../../../repository/staging.js';
import { digestChunks } from '../../../system/digest/digest-chunks.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import { FileReader } from '../../../system/files/byte-reader.js';
import type { FileDescriptor } from '../../../system/files/file-system.js';
import { readChunks } from '../../../system/files/read-chunks.js';
import { lookNote, type Note } from '../../run/notes.js';
import type { RunContext } from '../../run/run-context.js';
import type { BackupProgress } from '../backup-progress.js';
import type { LastSnapshot } from '../last-snapshot.js';
import type { NextEntry } from '../next-entry.js';
import { type BasisFile, chooseBasis } from './choose-basis.js';
import type { IncrementsInProgress } from './increments-in-progress.js';

export interface KeepRequest {
  readonly context: RunContext;
  readonly repository: WritableRepository;
  readonly staging: Staging;
  readonly increments: IncrementsInProgress;
  readonly last: LastSnapshot;
  readonly progress: BackupProgress;
  /** The entries of the snapshot that is being made. */
  readonly next: readonly NextEntry[];
}

export interface KeptContents {
  readonly increments: readonly NewIncrement[];
  readonly notes: readonly Note[];
}

/** A content that leaves the mirror, and a version that has it. */
interface OldContent {
  readonly content: Content;
  readonly version: Version;
}

/** Ends what was begun, and makes what is missing, for all contents that `next` no longer has. */
export async function keepOldContents(request: KeepRequest): Promise<KeptContents> {
  const { increments, last, next, progress } = request;
  const leaving = findOldContents(last, next);
  const kept: NewIncrement[] = [];
  const notes: Note[] = [];
  const damagedBases = new Set<BytePath>();
  progress.begin('comparing');
  for (const item of leaving) {
    const { content, version } = item;
    progress.tell(version.path, 0);
    if (!increments.has(content)) increments.add(content, keepOne(request, item, damagedBases));
    const increment = await increments.finish(content);
    progress.tell(version.path, content.sizeBytes);
    progress.endFile(content.sizeBytes);
    if (increment === null) notes.push(lostNote(version.path));
    else {
      kept.push(increment);
      if (!increment.resultSha256.equals(content.sha256)) notes.push(damagedNote(version.path));
    }
  }
  await increments.deleteUnwanted();
  for (const path of damagedBases) notes.push(damagedBasisNote(path));
  return { increments: kept, notes };
}

/**
 * @param damagedBases receives each file that stays in the mirror and is found to be damaged
 * @returns null where the mirror no longer has a file
 */
async function keepOne(
  request: KeepRequest,
  leaving: OldContent,
  damagedBases: Set<BytePath>,
): Promise<NewIncrement | null> {
  const { fileSystem } = request.context;
  const path = mirrorPath(request.repository.path, leaving.version.path);
  if (fileSystem.stat(path)?.isFile() !== true) return null;
  const descriptor = fileSystem.open(path, 'read');
  try {
    return await makeIncrement(request, leaving, descriptor, damagedBases);
  } finally {
    fileSystem.close(descriptor);
  }
}

/** @param descriptor of the mirror file that has the content */
async function makeIncrement(
  request: KeepRequest,
  leaving: OldContent,
  descriptor: FileDescriptor,
  damagedBases: Set<BytePath>,
): Promise<NewIncrement> {
  const { context, increments } = request;
  const { fileSystem } = context;
  const { content } = leaving;
  const presentBytes = Number(fileSystem.statOpen(descriptor).size);
  const sizeBytes = Math.min(presentBytes, content.sizeBytes);
  const job = increments.createJob(content, { descriptor, sizeBytes });
  const basis = increments.breaksChain(content) ? null : findBasis(request, leaving);
  if (basis === null) return writeFull(job);
  const file = { descriptor: fileSystem.open(basis.file, 'read'), sizeBytes: basis.sizeBytes };
  try {
    // A file that was copied in this run is known to be right. A file of the mirror may be damaged.
    if (!basis.isNew && !(await hasContent(context, file, basis.key))) {
      damagedBases.add(basis.path);
      return await writeFull(job);
    }
    return await beginDelta(job, { ...file, available: null }).complete(basis.key);
  } finally {
    fileSystem.close(file.descriptor);
  }
}

async function hasContent(
  { fileSystem, checkpoint }: RunContext,
  { descriptor, sizeBytes }: OpenFile,
  { sha256 }: ContentKey,
): Promise<boolean> {
  const reader = new FileReader(fileSystem, descriptor, sizeBytes);
  try {
    return (await digestChunks(readChunks(reader), checkpoint)).equals(sha256);
  } catch (error) {
    if (error instanceof CorruptError) return false;
    throw error;
  }
}

interface Basis extends BasisFile {
  readonly key: ContentKey;
  /** A file that has the content, in staging or in the mirror. */
  readonly file: BytePath;
  /** Whether this run has copied it. */
  readonly isNew: boolean;
}

/** The new content that the old one is most likely to be like; null where there is none. */
function findBasis(
  { repository, staging, last, next }: KeepRequest,
  { content, version }: OldContent,
): Basis | null {
  const candidates = next.flatMap((entry): Basis[] => {
    const { path, staged, content: key } = entry;
    const state = entry.state ?? last.states.get(path);
    if (key === null || state === undefined) return [];
    const { device, inode } = state;
    const file = staged === null ? mirrorPath(repository.path, path) : staging.path(staged);
    const isNew = staged !== null;
    return [{ path, sizeBytes: key.sizeBytes, device, inode, key, file, isNew }];
  });
  const { device, inode } = last.states.get(version.path) ?? { device: 0n, inode: 0n };
  const { sizeBytes } = content;
  return chooseBasis({ path: version.path, sizeBytes, device, inode }, candidates);
}

/**
 * Contents of the last snapshot that no entry of the new one has. Each comes once, with a version whose
 * mirror file is whole as far as a stat can tell, if there is one.
 */
function findOldContents(last: LastSnapshot, next: readonly NextEntry[]): OldContent[] {
  const staying = new Set(next.map(({ content }) => content?.sha256.toString('hex')));
  const leaving = new Map<number, OldContent>();
  for (const version of last.versions.values()) {
    const { content, path } = version;
    if (content === null || staying.has(content.sha256.toString('hex'))) continue;
    const isWhole = last.conditions.get(path) !== 'wrong-content';
    if (isWhole || !leaving.has(content.id)) leaving.set(content.id, { content, version });
  }
  return [...leaving.values()];
}

function lostNote(path: BytePath): Note {
  return lookNote(
    'mirror-lost',
    path,
    `the mirror file '${formatPath(path)}' is gone, so its last version cannot be kept`,
    'find out which program changes files in the repository',
  );
}

function damagedNote(path: BytePath): Note {
  return lookNote(
    'mirror-damaged',
    path,
    `the mirror file '${formatPath(path)}' is damaged; its last version is kept as found and marked damaged`,
    "check the disk for errors, and run 'redis-rewind verify REPO'",
  );
}

function damagedBasisNote(path: BytePath): Note {
  return lookNote(
    'mirror-damaged',
    path,
    `the mirror file '${formatPath(path)}' is damaged; nothing that is kept was made from it`,
    "check the disk for errors; 'redis-rewind backup --rehash' puts the file right if SOURCE has its content",
  );
}
