// Moves away what a server has written that was started in the middle of a recovery, and what a place that was killed has left.
// It may be of use to somebody, so that it is kept in a folder of its own.
import { meanwhilePath } from '../../../repository/layout.js';
import { type BytePath, joinPath } from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { holdAside, moveNames } from './move-names.js';

export interface MeanwhilePlace {
  /** Of the server; held. */
  readonly directory: BytePath;
  /** Of the recovery: for what was there, or for what was recovered. It is made where it is missing. */
  readonly folder: BytePath;
  /** The user that this process acts as. */
  readonly uid: number;
}

/** Done again, it moves what is left into another folder. @throws InTheWayError, SystemError */
export function setAsideMeanwhile(
  fileSystem: FileSystem,
  { directory, folder, uid }: MeanwhilePlace,
  names: readonly BytePath[],
): void {
  const there = names.filter((name) => fileSystem.stat(joinPath(directory, name)) !== null);
  if (there.length === 0) return;
  const held = holdAside(fileSystem, folder, uid);
  try {
    let number = 1;
    while (fileSystem.stat(meanwhilePath(folder, number)) !== null) number += 1;
    const meanwhile = holdAside(fileSystem, meanwhilePath(folder, number), uid);
    try {
      const to = meanwhilePath(folder, number);
      moveNames(fileSystem, { from: directory, to, names: there });
    } finally {
      meanwhile.release();
    }
  } finally {
    held.release();
  }
}
