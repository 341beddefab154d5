// Holds SOURCE and the folders of --also open, before anything in them is looked at. From then on a backup
// reads from these folders alone, whatever their owner renames and links there meanwhile.
import { type BytePath, parentPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import type { HeldFolder } from '../../system/files/held-folders.js';
import type { ResolvedPaths } from './source-guards.js';

/** @throws SystemError */
export function holdSource(
  fileSystem: FileSystem,
  { source, also }: Pick<ResolvedPaths, 'source' | 'also'>,
): HeldFolder {
  const held: HeldFolder[] = [];
  const release = (): void => {
    for (const folder of held) folder.release();
  };
  try {
    for (const folder of [source, ...also.map(({ real }) => folderOf(fileSystem, real))]) {
      held.push(fileSystem.hold(folder));
    }
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

/**
 * The folder that a path of --also is, or the nearest one above it that exists. So what is missing now and made
 * later is reached from there too.
 */
function folderOf(fileSystem: FileSystem, real: BytePath): BytePath {
  let folder = real;
  while (folder !== '/' && fileSystem.stat(folder)?.isDirectory() !== true) {
    folder = parentPath(folder);
  }
  return folder;
}
