// Copying one file of SOURCE into staging, whole or not at all. The copy is what the file was at one
// moment: a file that changes while it is read is read again, and one that only grows is taken up to
// the size that it had when it was opened, its bytes confirmed by a second reading.
import type { SourceState } from '../../catalog/records.js';
import type { Examiner, FileExamination } from '../../persistence/examine/examine-file.js';
import type { Staging } from '../../repository/staging.js';
import type { PendingIncrement } from '../../repository/contents/write-increment.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { nowNs } from '../../system/time/clock.js';
import type { Digests } from '../../system/digest/digests.js';
import { isErrno, isExhaustion } from '../../system/files/errno.js';
import type { FileDescriptor, FileStat } from '../../system/files/file-system.js';
import { pause } from '../../system/time/pause.js';
import type { Reflinks } from '../../system/files/reflinks.js';
import type { SharedFile } from '../../system/files/shared-file-reader.js';
import { type CopyOutcome, CopyTarget, type MirrorFile, type StagedBytes } from './copy-target.js';
import { SourceReadError, digestSource, readSource } from './read-source.js';
import type { RunContext } from '../run/run-context.js';

/** A file that was read whole. */
export interface ReadFile {
  readonly kind: 'read';
  /** Where its bytes are now; a file in staging is open, and the caller's to close. */
  readonly copy: CopyOutcome;
  /** The delta that was begun when the file in staging was, for the caller to end; or null. */
  readonly delta: PendingIncrement | null;
  readonly sha256: Buffer;
  readonly sizeBytes: number;
  /** What was found in it, where that was asked for. */
  readonly examination: FileExamination | null;
  /** Of the open file, as it was when the reading began. */
  readonly stat: FileStat;
  readonly state: SourceState;
}

export type StageOutcome =
  | ReadFile
  /** It was gone, or no regular file any more, when it was opened. */
  | { readonly kind: 'vanished' }
  | { readonly kind: 'unreadable'; readonly error: Error }
  /** It went on changing through all attempts. */
  | { readonly kind: 'restless' };

export interface StageRequest {
  readonly context: RunContext;
  readonly staging: Staging;
  readonly digests: Digests;
  readonly reflinks: Reflinks;
  readonly path: BytePath;
  /** Where it is on this machine. */
  readonly absolute: BytePath;
  /** What was captured of it, where a server is writing it: read in place of what is at its path. */
  readonly captured: CapturedFile | null;
  /** Begins to find out what is in it; null where that is not wanted. */
  readonly examine: ((sizeBytes: number) => Promise<Examiner<FileExamination | null>>) | null;
  /** What the mirror has of it. */
  readonly mirror: MirrorFile | null;
  /** Begins the delta that follows a file in staging; null where none is wanted. */
  readonly follow: (staged: SharedFile) => PendingIncrement | null;
  /** Told how many more bytes were read, for progress. */
  readonly onBytes: (count: number) => void;
}

/** A file that is open, of which some bytes are taken that do not change any more. */
export interface CapturedFile {
  readonly descriptor: FileDescriptor;
  readonly sizeBytes: number;
  /** Of the whole file, when it was opened. */
  readonly stat: FileStat;
}

const ATTEMPTS = 4;
const PAUSE_BETWEEN_MS = 150;

/** A file touched less than this before its reading began is read again next time. */
const SETTLED_AFTER_NS = 2_000_000_000n;

/**
 * The kernel stamps files with a clock that moves every few milliseconds (every 10 at CONFIG_HZ=100):
 * a change within one tick of the last one leaves no trace in a stat.
 */
const CLOCK_TICK_NS = 50_000_000n;
const CLOCK_TICK_MS = 60;

/** @throws SystemError where the repository cannot be written */
export async function stageFile(request: StageRequest): Promise<StageOutcome> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await pause(PAUSE_BETWEEN_MS * (attempt - 1));
    const outcome = await stageOnce(request);
    if (outcome.kind !== 'restless') return outcome;
  }
  return { kind: 'restless' };
}

async function stageOnce(request: StageRequest): Promise<StageOutcome> {
  const { context, absolute, captured } = request;
  if (captured !== null) return stageCaptured(request, captured);
  let file: FileDescriptor;
  try {
    file = context.fileSystem.open(absolute, 'read');
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ELOOP') || isErrno(error, 'ENOTDIR')) {
      return { kind: 'vanished' };
    }
    if (isExhaustion(error)) throw error;
    return { kind: 'unreadable', error: error as Error };
  }
  try {
    const opening = await openingStat(context, file);
    if (!opening.stat.isFile()) return { kind: 'vanished' };
    return await readOnce(request, file, opening);
  } catch (error) {
    // A disk that cannot be read is this file's trouble; one that cannot be written is the run's.
    if (error instanceof SourceReadError) return { kind: 'unreadable', error: error.reason };
    throw error;
  } finally {
    context.fileSystem.close(file);
  }
}

async function stageCaptured(
  request: StageRequest,
  { descriptor, stat }: CapturedFile,
): Promise<StageOutcome> {
  const startedNs = nowNs(request.context.clock);
  try {
    return await readOnce(request, descriptor, { stat, isCertain: true, startedNs });
  } catch (error) {
    if (error instanceof SourceReadError) return { kind: 'unreadable', error: error.reason };
    throw error;
  }
}

async function readOnce(
  request: StageRequest,
  file: FileDescriptor,
  opening: Opening,
): Promise<StageOutcome> {
  const { stat } = opening;
  const { context, staging, mirror, captured, reflinks } = request;
  const { fileSystem } = context;
  const sizeBytes = captured?.sizeBytes ?? Number(stat.size);
  let begun: { readonly staged: StagedBytes; readonly delta: PendingIncrement | null } | null =
    null;
  const target = new CopyTarget({
    fileSystem,
    staging,
    mirror,
    sizeBytes,
    tryClone: (path) => reflinks.tryClone(file, path),
    onStaged: (staged) => {
      begun = { staged, delta: request.follow(staged.file) };
    },
  });
  const takeBack = async (): Promise<void> => {
    await target.discard();
    await begun?.delta?.abandon();
    if (begun !== null) fileSystem.close(begun.staged.file.descriptor);
  };
  try {
    const examiner = (await request.examine?.(sizeBytes)) ?? null;
    const sha256 = await copy(request, target, { file, opening, sizeBytes, examiner });
    if (sha256 === null) {
      await takeBack();
      return { kind: 'restless' };
    }
    const outcome = await target.finish(sha256);
    const delta = (begun as { readonly delta: PendingIncrement | null } | null)?.delta ?? null;
    const state = stateOf(request.path, stat, opening.startedNs);
    const examination = (await examiner?.finish()) ?? null;
    return { kind: 'read', copy: outcome, delta, sha256, sizeBytes, examination, stat, state };
  } catch (error) {
    await takeBack();
    throw error;
  }
}

interface Opening {
  readonly stat: FileStat;
  /** Whether a change after this stat is certain to show in a later one. */
  readonly isCertain: boolean;
  readonly startedNs: bigint;
}

/** The stat before reading, taken again once the clock has moved on from the file's last change. */
async function openingStat(context: RunContext, file: FileDescriptor): Promise<Opening> {
  const take = (): Opening => {
    const startedNs = nowNs(context.clock);
    const stat = context.fileSystem.statOpen(file);
    const isCoarse = stat.mtimeNs % 1_000_000_000n === 0n && stat.ctimeNs % 1_000_000_000n === 0n;
    const margin = isCoarse ? SETTLED_AFTER_NS : CLOCK_TICK_NS;
    return { stat, startedNs, isCertain: lastTouchNs(stat) <= startedNs - margin };
  };
  const first = take();
  if (first.isCertain) return first;
  await pause(CLOCK_TICK_MS);
  return take();
}

/** A file that is being read. */
interface Reading {
  readonly file: FileDescriptor;
  readonly opening: Opening;
  /** How many bytes are taken of it. */
  readonly sizeBytes: number;
  readonly examiner: Examiner<FileExamination | null> | null;
}

/** @returns the digest of what was taken; null where that is not what the file was at one moment */
async function copy(
  request: StageRequest,
  target: CopyTarget,
  reading: Reading,
): Promise<Buffer | null> {
  const { context, digests, onBytes } = request;
  const { file, sizeBytes, examiner } = reading;
  const digest = await digests.begin(sizeBytes);
  let position = 0;
  while (position < sizeBytes && target.cloned === null) {
    await context.checkpoint();
    const room = (await digest.room()).subarray(0, target.room);
    const bytes = readSource(context, file, room, position);
    if (bytes.length === 0) return null;
    await target.write(bytes, () => digest.soFar());
    digest.add(bytes.length);
    await examiner?.push(bytes);
    position += bytes.length;
    onBytes(bytes.length);
  }
  const { cloned } = target;
  if (cloned === null) {
    const sha256 = await digest.finish();
    return (await isUndisturbed(request, reading, sha256)) ? sha256 : null;
  }
  // A clone was made at one moment: what happens to the file from now on is of no matter.
  if (changeSince(request, reading) === 'changed') return null;
  return digestSource(request, cloned, sizeBytes, async (bytes, doneBytes) => {
    const fresh = bytes.subarray(
      Math.min(bytes.length, Math.max(0, position - doneBytes + bytes.length)),
    );
    position += fresh.length;
    onBytes(fresh.length);
    if (fresh.length > 0) await examiner?.push(fresh);
  });
}

/** Whether what was read is what the file was at one moment, seen from the stat at its opening. */
async function isUndisturbed(
  request: StageRequest,
  reading: Reading,
  sha256: Buffer,
): Promise<boolean> {
  const change = changeSince(request, reading);
  if (change === 'changed') return false;
  if (reading.opening.isCertain && change === 'none') return true;
  const again = await digestSource(request, reading.file, reading.sizeBytes);
  return again !== null && again.equals(sha256);
}

/** What stats tell of an open file: nothing has happened, bytes were added, or anything else. */
function changeSince(
  { context, captured }: StageRequest,
  { file, opening }: Reading,
): 'none' | 'grown' | 'changed' {
  // Of a captured file those bytes are taken that its server does not write any more.
  if (captured !== null) return 'none';
  const before = opening.stat;
  const after = context.fileSystem.statOpen(file);
  if (after.size > before.size) return 'grown';
  // A file that was renamed over loses its last name, which moves ctime, and is whole all the same.
  const isUntouched = after.ctimeNs === before.ctimeNs || after.nlink < before.nlink;
  const isSame = after.size === before.size && after.mtimeNs === before.mtimeNs && isUntouched;
  return isSame ? 'none' : 'changed';
}

/** What the next run compares a file with. */
export function stateOf(path: BytePath, stat: FileStat, startedNs: bigint): SourceState {
  return {
    path,
    device: stat.dev,
    inode: stat.ino,
    sizeBytes: stat.size,
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    settled: lastTouchNs(stat) <= startedNs - SETTLED_AFTER_NS,
  };
}

function lastTouchNs(stat: FileStat): bigint {
  return stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs;
}
