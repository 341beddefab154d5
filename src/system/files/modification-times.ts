// Sets modification times, exact to the nanosecond. The utimes of Node.js takes seconds as a double and sets
// microseconds at best. So each time is read back, and GNU touch sets those that are not exact, with one
// run of xargs for all paths. Links are never followed.
import * as fs from 'node:fs';
import { SystemError } from '../../errors.js';
import { runProgram } from '../programs/run-program.js';
import { type BytePath, pathToBytes } from './byte-path.js';

export interface ModificationTime {
  readonly path: BytePath;
  /** Nanoseconds since 1970-01-01T00:00:00Z; negative for earlier times. */
  readonly mtimeNs: bigint;
}

/**
 * Sets the modification time of each path itself, in any order. The access time becomes the same. Never
 * throws.
 * @returns the paths whose time is not exact: the path does not exist or belongs to another user, the file
 *   system keeps coarser times, or touch is not installed
 */
export function setModificationTimes(entries: readonly ModificationTime[]): BytePath[] {
  for (const entry of entries) setRounded(entry);
  const inexact = entries.filter((entry) => !isExact(entry));
  if (inexact.length === 0) return [];
  touch(inexact);
  return inexact.filter((entry) => !isExact(entry)).map((entry) => entry.path);
}

/** Exact for whole seconds. Many archives and file systems keep nothing finer. */
function setRounded({ path, mtimeNs }: ModificationTime): void {
  const seconds = Number(mtimeNs) / 1e9;
  // Node.js takes a negative number for the present moment.
  if (seconds < 0) return;
  try {
    fs.lutimesSync(pathToBytes(path), seconds, seconds);
  } catch {
    // A failure shows when the time is read back.
  }
}

function isExact({ path, mtimeNs }: ModificationTime): boolean {
  try {
    return fs.lstatSync(pathToBytes(path), { bigint: true }).mtimeNs === mtimeNs;
  } catch {
    return false;
  }
}

function touch(entries: readonly ModificationTime[]): void {
  const input = entries.flatMap(({ path, mtimeNs }) => [
    Buffer.from(`@${formatSeconds(mtimeNs)}\0--\0`),
    pathToBytes(path),
    Buffer.of(0),
  ]);
  try {
    runProgram('xargs', ['-0', '-n', '3', 'touch', '-h', '-d'], { input: Buffer.concat(input) });
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

/** Seconds with nine decimals, such as `-1.500000000`. */
function formatSeconds(ns: bigint): string {
  const digits = (ns < 0n ? -ns : ns).toString().padStart(10, '0');
  return `${ns < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
