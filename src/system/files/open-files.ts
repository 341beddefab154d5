// Which files this process has open, as the kernel shows them. Some libraries open files by their paths, and
// a path may have led elsewhere at that moment.
import * as fs from 'node:fs';
import { isErrno } from './errno.js';
import type { FileStat } from './file-system.js';

/** Whether this process has a file open. False where /proc is missing. */
export function isOpen({ dev, ino }: Pick<FileStat, 'dev' | 'ino'>): boolean {
  return listOpenFiles().some((stat) => stat.dev === dev && stat.ino === ino);
}

/**
 * The first bytes of a file that this process has open; null where it has not. They are read through the descriptor
 * that is open: whoever opens a file once more and closes it again ends all of this process's locks on the file.
 */
export function readStartOfOpen(
  { dev, ino }: Pick<FileStat, 'dev' | 'ino'>,
  length: number,
): Uint8Array | null {
  for (const descriptor of listDescriptors()) {
    try {
      const stat = fs.fstatSync(descriptor, { bigint: true });
      if (stat.dev !== dev || stat.ino !== ino) continue;
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, 0));
    } catch (error) {
      if (!isErrno(error, 'EBADF')) throw error;
    }
  }
  return null;
}

/** The stat of each open file, once for each descriptor. */
export function listOpenFiles(): FileStat[] {
  return listDescriptors().flatMap((descriptor) => {
    try {
      return [fs.fstatSync(descriptor, { bigint: true })];
    } catch {
      // It was closed again, as the descriptor of the listing itself is.
      return [];
    }
  });
}

function listDescriptors(): number[] {
  try {
    return fs.readdirSync('/proc/self/fd').map(Number);
  } catch {
    return [];
  }
}
