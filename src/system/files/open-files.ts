// Which files this process has open, as the kernel shows them. Some libraries open files by their paths, and
// a path may have led elsewhere at that moment.
import * as fs from 'node:fs';
import type { FileStat } from './file-system.js';

/** Whether this process has a file open. False where /proc is missing. */
export function isOpen({ dev, ino }: Pick<FileStat, 'dev' | 'ino'>): boolean {
  return listOpenFiles().some((stat) => stat.dev === dev && stat.ino === ino);
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
