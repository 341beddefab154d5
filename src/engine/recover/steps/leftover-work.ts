// What a restore that was killed has left in the server's directory, if it was one of this recovery. Its name has the number of
// the program, which the journal knows.
import { restoreWorkName } from '../../../repository/layout.js';
import { type BytePath, joinPath } from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { removeTree } from '../../../system/files/remove-tree.js';

/** @param directory held; @param processIds of programs that no longer run */
export function removeLeftoverWork(
  fileSystem: FileSystem,
  directory: BytePath,
  processIds: readonly number[],
  uid: number,
): void {
  const names = processIds.map(restoreWorkName);
  for (const name of fileSystem.list(directory)) {
    const isOurs = names.some((work) => name === work || name.startsWith(`${work}-`));
    const path = joinPath(directory, name);
    if (isOurs && Number(fileSystem.stat(path)?.uid ?? -1) === uid) removeTree(fileSystem, path);
  }
}
