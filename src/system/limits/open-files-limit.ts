// How many files this process may have open at once (ulimit -n), and how that number is shared out. Node.js
// raises the soft limit to the hard one when it starts.
import { readFileSync } from 'node:fs';

/** What every command needs, whatever the number of files. Node.js and its modules need about half of it. */
export const LEAST_OPEN_FILES = 100;

/** A rename needs two, and each of them has a folder above it. */
const LEAST_OPEN_FOLDERS = 8;
const MOST_OPEN_FOLDERS = 64;

/** Of this process; infinite where there is no limit, or where /proc is missing. */
export function openFilesLimit(limitsFile = '/proc/self/limits'): number {
  try {
    const [, soft] = /^Max open files +([0-9]+)/m.exec(readFileSync(limitsFile, 'latin1')) ?? [];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** How many folders may be open at once for each of two purposes: to reach files, and for another program. */
export function mostOpenFolders(limit: number): number {
  const share = Math.floor((limit - LEAST_OPEN_FILES) / 4) + LEAST_OPEN_FOLDERS;
  return Math.max(LEAST_OPEN_FOLDERS, Math.min(MOST_OPEN_FOLDERS, share));
}
