// SQLite opens its files by their paths, and takes no descriptor. So after it has opened a database, this
// checks that the open file is the one that is reached through the repository's held folder. Whoever may
// rename in the repository could have led the path elsewhere in between.
//
// What remains: SQLite opens the journal of a transaction by its path too, and deletes it at the end. Whoever
// swaps our folder for a link in just that moment makes SQLite create and delete a file elsewhere, but only
// one with the name of the journal. A new repository's empty catalog is made by its path too (catalog.new).
import { CorruptError } from '../errors.js';
import { type BytePath, formatPath } from '../system/files/byte-path.js';
import type { FileSystem } from '../system/files/file-system.js';
import { isOpen } from '../system/files/open-files.js';

/**
 * Makes the check that is called when SQLite has opened the file, before anything is read or written. Nothing
 * but SQLite opens these files. A second connection may get the descriptor of an earlier one, so for it the
 * check says less; see recordVerification.
 * @returns throws CorruptError where this process has not opened the file that is at `path` now
 */
export function checkOpened(fileSystem: FileSystem, path: BytePath): () => void {
  const wanted = fileSystem.stat(path);
  return () => {
    if (wanted !== null && isOpen(wanted)) return;
    throw new CorruptError(`'${formatPath(path)}' was replaced while it was being opened`, {
      path,
      hint: 'let only the user who runs redis-rewind write to the repository, and to the folders above it',
    });
  };
}
