// Sets modification times, exact to the nanosecond. The utimes of Node.js takes seconds as a double and sets
// microseconds at best. So each time is read back, and GNU touch sets those that are not exact, with one
// run of xargs for all paths. Links are never followed.
import * as fs from 'node:fs';
import { SystemError } from '../../../errors.js';
import { errnoOf } from '../../errno/errno-of.js';
import { mostOpenFolders, openFilesLimit } from '../../limits/open-files-limit.js';
import { runProgram } from '../../programs/run-program.js';
import { type BytePath, parentPath } from '../byte-path.js';
import { HeldFolders, type LentPaths } from '../held-folders.js';

export interface ModificationTime {
  readonly path: BytePath;
  /** Nanoseconds since 1970-01-01T00:00:00Z; negative for earlier times. */
  readonly mtimeNs: bigint;
}

/**
 * Sets the modification time of each path itself, in any order. The access time becomes the same. Never
 * throws.
 * @param folders by which the paths are reached
 * @returns the paths whose time is not exact: the path does not exist or belongs to another user, the file
 *   system keeps coarser times, or touch is not installed
 */
export function setModificationTimes(
  entries: readonly ModificationTime[],
  folders: HeldFolders = new HeldFolders(),
): BytePath[] {
  for (const entry of entries) setRounded(entry, folders);
  const inexact = entries.filter((entry) => !isExact(entry, folders));
  for (const batch of batches(inexact)) touch(batch, folders);
  return inexact.filter((entry) => !isExact(entry, folders)).map((entry) => entry.path);
}

/** Exact for whole seconds. Many archives and file systems keep nothing finer. */
function setRounded({ path, mtimeNs }: ModificationTime, folders: HeldFolders): void {
  const seconds = Number(mtimeNs) / 1e9;
  // Node.js takes a negative number for the present moment.
  if (seconds < 0) return;
  try {
    fs.lutimesSync(folders.reach(path), seconds, seconds);
  } catch {
    // A failure shows when the time is read back.
  }
}

function isExact({ path, mtimeNs }: ModificationTime, folders: HeldFolders): boolean {
  try {
    return fs.lstatSync(folders.reach(path), { bigint: true }).mtimeNs === mtimeNs;
  } catch {
    return false;
  }
}

/** In batches, in the order given. The folders of each are open at once, and some users may open few files. */
function* batches(entries: readonly ModificationTime[]): Generator<ModificationTime[]> {
  if (entries.length === 0) return;
  const mostFolders = mostOpenFolders(openFilesLimit());
  let batch: ModificationTime[] = [];
  let parents = new Set<BytePath>();
  for (const entry of entries) {
    const parent = parentPath(entry.path);
    if (parents.size === mostFolders && !parents.has(parent)) {
      yield batch;
      batch = [];
      parents = new Set();
    }
    batch.push(entry);
    parents.add(parent);
  }
  if (batch.length > 0) yield batch;
}

function touch(entries: readonly ModificationTime[], folders: HeldFolders): void {
  let lent: LentPaths | null = null;
  try {
    lent = folders.lend(entries.map(({ path }) => path));
    const input = lent.paths.flatMap((path, index) => [
      Buffer.from(`@${formatSeconds(entries[index]?.mtimeNs ?? 0n)}\0--\0`),
      path,
      Buffer.of(0),
    ]);
    runProgram('xargs', ['-0', '-n', '3', 'touch', '-h', '-d'], { input: Buffer.concat(input) });
  } catch (error) {
    // ENOENT and the like of a folder, or no touch here: the times are not exact, which is found next.
    if (!(error instanceof SystemError) && errnoOf(error) === '') throw error;
  } finally {
    lent?.release();
  }
}

/** Seconds with nine decimals, such as `-1.500000000`. */
function formatSeconds(ns: bigint): string {
  const digits = (ns < 0n ? -ns : ns).toString().padStart(10, '0');
  return `${ns < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
