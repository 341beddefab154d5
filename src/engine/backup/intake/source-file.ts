// A file of SOURCE that is open to be read: what it was when it was opened, and whether it has changed
// since. Where a server is writing the file, what was captured of it is read instead, which cannot change.
import type { SourceState } from '../../../catalog/records.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import { isErrno, isExhaustion } from '../../../system/files/errno.js';
import type { FileDescriptor, FileStat } from '../../../system/files/file-system.js';
import { nowNs } from '../../../system/time/clock.js';
import { pause } from '../../../system/time/pause.js';
import type { RunContext } from '../../run/run-context.js';
import type { CapturedOpenFile } from '../../server/capture-plan.js';
import { recordedIdentity } from '../../source/recorded-stat.js';
import { SourceReadError, statSource } from './read-source.js';

/** A file touched less than this before its reading began is read again by the next backup. */
const SETTLED_AFTER_NS = 2_000_000_000n;

/**
 * The kernel stamps files with a clock that moves every few milliseconds (every 10 at CONFIG_HZ=100):
 * two changes within one tick have the same time, so that the second does not show in a stat.
 */
const CLOCK_TICK_NS = 50_000_000n;
const CLOCK_TICK_MS = 60;

/** No file server's clock is a day ahead of this machine's. */
const FAR_AHEAD_NS = 86_400_000_000_000n;

interface Opening {
  readonly stat: FileStat;
  /** Whether any change after this stat is certain to show in a later one. */
  readonly isCertain: boolean;
  readonly startedNs: bigint;
}

export class SourceFile {
  readonly descriptor: FileDescriptor;
  /** Of the open file, when its reading began. */
  readonly stat: FileStat;
  /** How many of its bytes are taken. */
  readonly sizeBytes: number;
  /** Whether `changeSinceOpening` is to be trusted where it says `none`. */
  readonly isChangeCertain: boolean;
  readonly #context: RunContext;
  readonly #startedNs: bigint;
  readonly #captured: CapturedOpenFile | null;
  #isOpen = true;

  /**
   * @param path where it is on this machine
   * @returns null where it is gone, or is no longer a regular file
   * @throws SourceReadError
   */
  static async open(context: RunContext, path: BytePath): Promise<SourceFile | null> {
    let descriptor: FileDescriptor;
    try {
      descriptor = context.fileSystem.open(path, 'read');
    } catch (error) {
      if (GONE.some((errno) => isErrno(error, errno))) return null;
      if (isExhaustion(error)) throw error;
      throw new SourceReadError(error as Error);
    }
    try {
      const opening = await lookAtOpening(context, descriptor);
      requirePossibleSize(opening.stat.size);
      if (opening.stat.isFile()) return new SourceFile(context, descriptor, opening, null);
    } catch (error) {
      context.fileSystem.close(descriptor);
      throw error;
    }
    context.fileSystem.close(descriptor);
    return null;
  }

  /** A file that was captured; it stays open for whoever captured it. */
  static ofCapture(context: RunContext, captured: CapturedOpenFile): SourceFile {
    const { descriptor, stat } = captured;
    const opening = { stat, isCertain: true, startedNs: nowNs(context.clock) };
    return new SourceFile(context, descriptor, opening, captured);
  }

  private constructor(
    context: RunContext,
    descriptor: FileDescriptor,
    { stat, isCertain, startedNs }: Opening,
    captured: CapturedOpenFile | null,
  ) {
    this.#context = context;
    this.#startedNs = startedNs;
    this.#captured = captured;
    this.descriptor = descriptor;
    this.stat = stat;
    this.isChangeCertain = isCertain;
    this.sizeBytes = captured?.sizeBytes ?? Number(stat.size);
  }

  /**
   * What stats tell of the time since the opening: nothing, bytes were added, or anything else.
   * @throws SourceReadError
   */
  changeSinceOpening(): 'none' | 'grown' | 'changed' {
    // The server no longer writes the bytes that are taken of a captured file.
    if (this.#captured !== null) return 'none';
    const before = this.stat;
    const after = statSource(this.#context, this.descriptor);
    if (after.size > before.size) return 'grown';
    // A rename over the file takes its last name, which moves ctime and leaves the bytes as they are.
    const isUntouched = after.ctimeNs === before.ctimeNs || after.nlink < before.nlink;
    const isSame = after.size === before.size && after.mtimeNs === before.mtimeNs && isUntouched;
    return isSame ? 'none' : 'changed';
  }

  /** @param path in the snapshot */
  state(path: BytePath): SourceState {
    return stateOf(path, this.stat, this.#startedNs);
  }

  /** A second call does nothing. */
  close(): void {
    if (this.#captured !== null || !this.#isOpen) return;
    this.#isOpen = false;
    this.#context.fileSystem.close(this.descriptor);
  }
}

/** @throws SourceReadError for a size that no disk has, as a file system in user space may say */
function requirePossibleSize(size: bigint): void {
  if (size >= 0n && size <= BigInt(Number.MAX_SAFE_INTEGER)) return;
  throw new SourceReadError(new Error(`it says that it has ${size} bytes`));
}

const GONE = ['ENOENT', 'ELOOP', 'ENOTDIR'];

/** The stat before reading, taken again once the clock has moved on from the file's last change. */
async function lookAtOpening(context: RunContext, file: FileDescriptor): Promise<Opening> {
  const look = (): Opening => {
    const startedNs = nowNs(context.clock);
    const stat = statSource(context, file);
    const isCoarse = stat.mtimeNs % 1_000_000_000n === 0n && stat.ctimeNs % 1_000_000_000n === 0n;
    const margin = isCoarse ? SETTLED_AFTER_NS : CLOCK_TICK_NS;
    return { stat, startedNs, isCertain: lastTouchNs(stat, startedNs) <= startedNs - margin };
  };
  const first = look();
  if (first.isCertain) return first;
  await pause(CLOCK_TICK_MS);
  return look();
}

/** What the next backup compares the file with. @param startedNs when its reading began */
export function stateOf(path: BytePath, stat: FileStat, startedNs: bigint): SourceState {
  return {
    path,
    ...recordedIdentity(stat),
    isSettled: lastTouchNs(stat, startedNs) <= startedNs - SETTLED_AFTER_NS,
  };
}

/** A time that lies far ahead was given to the file: a change would give it the time of now. */
function lastTouchNs({ mtimeNs, ctimeNs }: FileStat, startedNs: bigint): bigint {
  const touched = [mtimeNs, ctimeNs].filter((timeNs) => timeNs <= startedNs + FAR_AHEAD_NS);
  return touched.reduce((last, timeNs) => (timeNs > last ? timeNs : last), 0n);
}
