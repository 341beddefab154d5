// The AOF that stands in the directory of a server: which files make it up, and a mark that tells it from an
// earlier one. Redis 7 and later: a manifest with a base and an incr. Before: a single file, which each rewrite
// replaces by another one.
import { CorruptError } from '../../errors.js';
import {
  type AofManifest,
  MANIFEST_MOST_BYTES,
  parseAofManifest,
} from '../../persistence/aof/aof-manifest.js';
import { type BytePath, joinPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import { readSmallOpenFile } from '../../system/files/read-small-file.js';
import type { ServerSettings } from '../server/server-settings.js';

export interface AofFiles {
  /** In the order in which a server loads them, the manifest first; absolute. */
  readonly paths: readonly BytePath[];
  /** Another one after each rewrite. */
  readonly mark: string;
}

/**
 * Null where there is no AOF that has a base and an incr, all of whose files are there.
 * @param directory of the server, held open by the caller
 * @throws SystemError
 */
export function lookAtAof(
  fileSystem: FileSystem,
  directory: BytePath,
  { aofFolder, aofName }: Pick<ServerSettings, 'aofFolder' | 'aofName'>,
): AofFiles | null {
  if (aofFolder === null) {
    const path = joinPath(directory, aofName);
    const inode = inodeOf(fileSystem, path);
    return inode === null ? null : { paths: [path], mark: String(inode) };
  }
  const folder = joinPath(directory, aofFolder);
  const manifestPath = joinPath(folder, `${aofName}.manifest`);
  const manifest = readManifest(fileSystem, manifestPath);
  if (manifest === null || manifest.base === null || manifest.incrs.length === 0) return null;
  const paths = [manifest.base, ...manifest.incrs].map(({ name }) => joinPath(folder, name));
  const inodes = paths.map((path) => inodeOf(fileSystem, path));
  if (inodes.includes(null)) return null;
  return { paths: [manifestPath, ...paths], mark: `${manifest.base.name}:${String(inodes[0])}` };
}

/** Null where there is no file. A link is none: no server writes its AOF there. */
function inodeOf(fileSystem: FileSystem, path: BytePath): bigint | null {
  const stat = statOrNull(fileSystem, path);
  return stat?.isFile() === true ? stat.ino : null;
}

function statOrNull(fileSystem: FileSystem, path: BytePath) {
  try {
    return fileSystem.stat(path);
  } catch (error) {
    if (MISSING.some((errno) => isErrno(error, errno))) return null;
    throw error;
  }
}

/** Null where there is none, or one that a server would not load. */
function readManifest(fileSystem: FileSystem, path: BytePath): AofManifest | null {
  let file: FileDescriptor;
  try {
    file = fileSystem.open(path, 'read');
  } catch (error) {
    if (MISSING.some((errno) => isErrno(error, errno))) return null;
    throw error;
  }
  try {
    if (!fileSystem.statOpen(file).isFile()) return null;
    return parseAofManifest(readSmallOpenFile(fileSystem, file, path, MANIFEST_MOST_BYTES));
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  } finally {
    fileSystem.close(file);
  }
}

const MISSING = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'];
