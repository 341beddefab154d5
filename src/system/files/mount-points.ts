// Which directories are mount points. Nothing can be moved out of one by a rename, not even where the device is the same, as
// behind a bind mount.
import * as fs from 'node:fs';
import { type BytePath, pathFromBytes } from './byte-path.js';

/** @param path real path. False where /proc does not say */
export function isMountPoint(path: BytePath): boolean {
  try {
    return mountPoints(fs.readFileSync('/proc/self/mountinfo')).has(path);
  } catch {
    return false;
  }
}

/** @param bytes of /proc/self/mountinfo; the fifth word of a line is the mount point (proc_pid_mountinfo(5)) */
export function mountPoints(bytes: Buffer): ReadonlySet<BytePath> {
  const lines = pathFromBytes(bytes).split('\n');
  return new Set(lines.flatMap((line) => unescaped(line.split(' ')[4])));
}

/** Space, tab, line feed and backslash are written as `\040` and so on. */
function unescaped(word: string | undefined): BytePath[] {
  if (word === undefined) return [];
  const text = word.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return [text as BytePath];
}
