// Whether a path means the same file to another process as to this one. In a container, or behind a mount of its
// own, it does not.
import * as fs from 'node:fs';
import { type BytePath, pathToBytes } from '../files/byte-path.js';

/** False also where /proc does not show it to this user. @param path absolute */
export function isSameFileFor(processId: number, path: BytePath): boolean {
  try {
    const theirs = Buffer.concat([Buffer.from(`/proc/${processId}/root`), pathToBytes(path)]);
    const [a, b] = [
      fs.statSync(theirs, { bigint: true }),
      fs.statSync(pathToBytes(path), { bigint: true }),
    ];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
