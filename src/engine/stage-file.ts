// Copying one file of SOURCE into staging, whole or not at all. The copy is what the file was at one
// moment: a file that changes while it is read is read again, and one that only grows is taken up to
// the size that it had when it was opened, its bytes confirmed by a second reading.
import { createHash } from 'node:crypto';
import type { SourceState } from '../catalog/records.js';
import type { Staging } from '../repository/staging.js';
import type { BytePath } from '../system/byte-path.js';
import { type FileDescriptor, type FileStat, isErrno } from '../system/file-system.js';
import { pause } from '../system/pause.js';
import type { RunContext } from './run-context.js';

export interface StagedFile {
  readonly kind: 'staged';
  readonly staged: string;
  readonly sha256: Buffer;
  readonly sizeBytes: number;
  /** Of the open file, as it was when the reading began. */
  readonly stat: FileStat;
  readonly state: SourceState;
}

export type StageOutcome =
  | StagedFile
  /** It was gone, or no regular file any more, when it was opened. */
  | { readonly kind: 'vanished' }
  | { readonly kind: 'unreadable'; readonly error: Error }
  /** It went on changing through all attempts. */
  | { readonly kind: 'restless' };

const ATTEMPTS = 4;
const PAUSE_BETWEEN_MS = 150;
const CHUNK_BYTES = 1 << 20;

/** A file touched less than this before its reading began is read again next time. */
const SETTLED_AFTER_NS = 2_000_000_000n;

/**
 * The kernel stamps files with a clock that moves every few milliseconds (every 10 at CONFIG_HZ=100):
 * a change within one tick of the last one leaves no trace in a stat.
 */
const CLOCK_TICK_NS = 50_000_000n;
const CLOCK_TICK_MS = 60;

/** @param onBytes told how many more bytes were read, for progress */
export async function stageFile(
  context: RunContext,
  staging: Staging,
  path: BytePath,
  absolute: BytePath,
  onBytes: (count: number) => void,
): Promise<StageOutcome> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await pause(PAUSE_BETWEEN_MS * (attempt - 1));
    const outcome = await stageOnce(context, staging, path, absolute, onBytes);
    if (outcome.kind !== 'restless') return outcome;
  }
  return { kind: 'restless' };
}

async function stageOnce(
  context: RunContext,
  staging: Staging,
  path: BytePath,
  absolute: BytePath,
  onBytes: (count: number) => void,
): Promise<StageOutcome> {
  const { fileSystem } = context;
  let file: FileDescriptor;
  try {
    file = fileSystem.open(absolute, 'read');
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ELOOP') || isErrno(error, 'ENOTDIR')) {
      return { kind: 'vanished' };
    }
    return { kind: 'unreadable', error: error as Error };
  }
  const staged = staging.newName();
  try {
    const { stat, isCertain, startedNs } = await openingStat(context, file);
    if (!stat.isFile()) return { kind: 'vanished' };
    const target = fileSystem.open(staging.path(staged), 'create');
    let isWhole = false;
    try {
      const sizeBytes = Number(stat.size);
      const sha256 = await copy(context, file, target, sizeBytes, onBytes);
      isWhole = sha256 !== null && (await isUndisturbed(context, file, stat, isCertain, sha256));
      if (sha256 === null || !isWhole) return { kind: 'restless' };
      const state = stateOf(path, stat, startedNs);
      return { kind: 'staged', staged, sha256, sizeBytes, stat, state };
    } finally {
      fileSystem.close(target);
      if (!isWhole) staging.discard(staged);
    }
  } catch (error) {
    // A disk that cannot be read is this file's trouble; one that cannot be written is the run's.
    if (isErrno(error, 'EIO') && isReadFailure(error)) {
      return { kind: 'unreadable', error: error as Error };
    }
    throw error;
  } finally {
    fileSystem.close(file);
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
    const startedNs = BigInt(Math.floor(context.clock.nowMs())) * 1_000_000n;
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

/** @returns the digest of the first `sizeBytes` bytes; null where the file has become shorter */
async function copy(
  context: RunContext,
  file: FileDescriptor,
  target: FileDescriptor | null,
  sizeBytes: number,
  onBytes: (count: number) => void,
): Promise<Buffer | null> {
  const { fileSystem } = context;
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, sizeBytes)));
  for (let position = 0; position < sizeBytes;) {
    await context.checkpoint();
    const wanted = buffer.subarray(0, Math.min(buffer.length, sizeBytes - position));
    const count = fileSystem.read(file, wanted, position);
    if (count === 0) return null;
    const bytes = wanted.subarray(0, count);
    hash.update(bytes);
    if (target !== null) fileSystem.write(target, bytes, position);
    position += count;
    onBytes(count);
  }
  return hash.digest();
}

/** Whether what was read is what the file was at one moment, seen from the stat at its opening. */
async function isUndisturbed(
  context: RunContext,
  file: FileDescriptor,
  before: FileStat,
  isCertain: boolean,
  sha256: Buffer,
): Promise<boolean> {
  const after = context.fileSystem.statOpen(file);
  const hasSameBytes = after.size === before.size && after.mtimeNs === before.mtimeNs;
  // A file that was renamed over loses its last name, which moves ctime, and is whole all the same.
  const isUntouched = after.ctimeNs === before.ctimeNs || after.nlink < before.nlink;
  if (isCertain && hasSameBytes && isUntouched) return true;
  if (after.size < before.size) return false;
  if (after.size === before.size && !(hasSameBytes && isUntouched)) return false;
  const again = await copy(context, file, null, Number(before.size), () => {});
  return again !== null && again.equals(sha256);
}

function stateOf(path: BytePath, stat: FileStat, startedNs: bigint): SourceState {
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

function isReadFailure(error: unknown): boolean {
  return (error as { operation?: unknown }).operation === 'read';
}
