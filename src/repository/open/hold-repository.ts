// Holds the folder of a repository open, from the opening of the repository to its closing. Every path below
// is then reached from the open folder, with no link followed (decision 0011). So whoever may write there can
// swap folders for links while a command runs, and leads it nowhere.
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { nearestParent } from '../../system/files/follow-path.js';
import type { HeldFolder } from '../../system/files/held-folders.js';

export interface HeldRepository {
  /** Real path. */
  readonly path: BytePath;
  readonly release: () => void;
}

/**
 * Where there is no folder at the path, nothing is held.
 * @throws SystemError where /proc is missing, or the folder was replaced meanwhile
 */
export function holdRepository(fileSystem: FileSystem, named: BytePath): HeldRepository {
  return holdRealRepository(fileSystem, fileSystem.realPath(named) ?? named);
}

/** As `holdRepository`, of a real path. It is not resolved again: it may have become a link meanwhile. */
export function holdRealRepository(fileSystem: FileSystem, path: BytePath): HeldRepository {
  if (fileSystem.stat(path)?.isDirectory() !== true) return { path, release: () => {} };
  const held = fileSystem.hold(path);
  return { path, release: () => held.release() };
}

/** Holds the nearest folder above a real path, so that what is missing below is made in that folder. */
export function holdAbove(fileSystem: FileSystem, path: BytePath): HeldFolder {
  return fileSystem.hold(nearestParent(fileSystem, path).parent);
}
