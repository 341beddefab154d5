// The directory of a server that need not run: the one that a person names, or the one that its configuration file names.
// Whoever may write that file could name any directory, such as /etc. So a directory that only the file names must belong to
// the owner of the file, or the file to root.
import { UsageError } from '../../../errors.js';
import { readConfiguration } from '../../../redis/server/live-server.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import type { FileStat, FileSystem } from '../../../system/files/file-system.js';
import { type Follower, followPath } from '../../../system/files/follow-path.js';

export interface StoppedDirectory {
  /** Real path. */
  readonly path: BytePath;
  readonly stat: FileStat;
  /** What stands in it. */
  readonly names: readonly BytePath[];
}

/**
 * @param named absolute paths, or null; one of them is given
 * @throws UsageError also where a link of another user leads to what is not theirs; SystemError
 */
export function findStoppedDirectory(
  follower: Follower,
  named: { readonly directory: BytePath | null; readonly configuration: BytePath | null },
): StoppedDirectory {
  const { fileSystem } = follower;
  const { directory, configuration } = named;
  const said = configuration === null ? null : dirOf(fileSystem, configuration);
  if (directory === null) return directoryOfFile(follower, configuration, said);
  const found = look(follower, directory);
  if (found === null) throw missing(directory);
  const other = said === null ? null : look(follower, said);
  if (said === null || other === null || isSame(found, other)) return found;
  throw new UsageError(
    `'${formatPath(configuration ?? said)}' has '${formatPath(said)}' as the directory of the server, and not '${formatPath(directory)}'`,
    {
      hint: 'leave out --data-dir, or name the configuration file that the server is started with',
    },
  );
}

function directoryOfFile(
  follower: Follower,
  configuration: BytePath | null,
  said: BytePath | null,
): StoppedDirectory {
  if (configuration === null) throw new UsageError('no directory is named');
  const shown = formatPath(configuration);
  if (said === null) {
    throw new UsageError(`'${shown}' has no absolute path for the directory of the server (dir)`, {
      hint: 'name it: --data-dir DIR',
    });
  }
  const found = look(follower, said);
  if (found === null) throw missing(said);
  const owner = ownerOf(follower.fileSystem, configuration);
  if (owner === 0n || owner === found.stat.uid) return found;
  throw new UsageError(
    `'${shown}' belongs to user ${owner}, and names '${formatPath(said)}', which belongs to user ${found.stat.uid}`,
    { hint: `if that is right, name the directory too: --data-dir '${formatPath(said)}'` },
  );
}

/** Of the file itself, not of a link to it. */
function ownerOf(fileSystem: FileSystem, path: BytePath): bigint | null {
  const real = fileSystem.realPath(path);
  return real === null ? null : (fileSystem.stat(real)?.uid ?? null);
}

/** Null for a relative path: nothing shows from where it counts. */
function dirOf(fileSystem: FileSystem, configuration: BytePath): BytePath | null {
  const dir = readConfiguration(fileSystem, configuration).directives.get('dir')?.[0] ?? '';
  return dir.startsWith('/') ? (dir as BytePath) : null;
}

/** It is looked at while it is held: whoever owns the folder that it is in may exchange it for a link. */
function look(follower: Follower, path: BytePath): StoppedDirectory | null {
  const { fileSystem } = follower;
  const real = followPath(follower, path);
  if (fileSystem.stat(real)?.isDirectory() !== true) return null;
  const held = fileSystem.hold(real);
  try {
    const stat = fileSystem.stat(real);
    return stat === null ? null : { path: real, stat, names: fileSystem.list(real) };
  } finally {
    held.release();
  }
}

function isSame({ stat: a }: StoppedDirectory, { stat: b }: StoppedDirectory): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

function missing(path: BytePath): UsageError {
  const shown = formatPath(path);
  return new UsageError(`'${shown}' is not a directory`, {
    hint: `make it for the user of the server first, such as 'install -d -m 750 -o redis -g redis ${shown}'`,
  });
}
