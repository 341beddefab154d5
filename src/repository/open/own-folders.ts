// Checks the repository's own folders and files before anything in them is opened, written or deleted. A
// repository may come from elsewhere. If a folder were a link, a writer would write outside the repository.
// SQLite follows links too, and deletes the file that a journal names.
import { CorruptError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import {
  STAGING_PARTS,
  catalogJournalPath,
  dataPath,
  incrementsPath,
  keptPath,
  lockJournalPath,
  lockPath,
  newCatalogJournalPath,
  newCatalogPath,
  readmePath,
  recoveriesPath,
  stagingPartPath,
  stagingPath,
  temporaryDumpPath,
  writeAheadPaths,
} from '../layout.js';
import { Staging, syncDirectory } from '../staging.js';

/**
 * Checks every name of ours that may be there, except the catalog and its copies. Those are never followed
 * either, and a repair moves them out of the way if they are of a wrong type.
 * @throws CorruptError where one is a link, or is of another wrong type
 */
export function requireOwnFolders(fileSystem: FileSystem, repository: BytePath): void {
  const folders = [
    dataPath(repository),
    incrementsPath(repository),
    stagingPath(repository),
    ...STAGING_PARTS.map((part) => stagingPartPath(repository, part)),
    keptPath(repository),
    recoveriesPath(repository),
  ];
  for (const folder of folders) {
    const stat = fileSystem.stat(folder);
    if (stat !== null && !stat.isDirectory()) throw notOurs(folder, 'is not a directory');
  }
  for (const file of [
    lockPath(repository),
    lockJournalPath(repository),
    catalogJournalPath(repository),
    newCatalogPath(repository),
    newCatalogJournalPath(repository),
    temporaryDumpPath(repository),
    readmePath(repository),
  ]) {
    const stat = fileSystem.stat(file);
    if (stat !== null && !stat.isFile()) throw notOurs(file, 'is not a file');
  }
  for (const file of writeAheadPaths(repository)) {
    if (fileSystem.stat(file) !== null) throw notOurs(file, 'does not belong in a repository');
  }
  requireOwnJournal(fileSystem, catalogJournalPath(repository));
}

/** Makes missing folders, empty. Files that were lost with a folder do not come back. */
export function makeMissingFolders(fileSystem: FileSystem, repository: BytePath): void {
  new Staging(fileSystem, repository).prepare();
  if (fileSystem.stat(incrementsPath(repository)) !== null) return;
  fileSystem.makeDirectory(incrementsPath(repository), 0o700);
  syncDirectory(fileSystem, dataPath(repository));
}

/** The last bytes of a journal that names another file. SQLite would delete the file (fileformat2.html, 3). */
const MAGIC = Buffer.from([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
/** Two numbers and the magic. A shorter journal cannot name a file. */
const TRAILER_BYTES = 16;

function requireOwnJournal(fileSystem: FileSystem, path: BytePath): void {
  const sizeBytes = Number(fileSystem.stat(path)?.size ?? 0n);
  if (sizeBytes < TRAILER_BYTES) return;
  let file: FileDescriptor;
  try {
    file = fileSystem.open(path, 'read');
  } catch (error) {
    // Another process has ended its commit in the meantime.
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  try {
    const end = Buffer.alloc(MAGIC.length);
    fileSystem.read(file, end, sizeBytes - MAGIC.length);
    if (end.equals(MAGIC)) throw notOurs(path, 'names another file');
  } finally {
    fileSystem.close(file);
  }
}

function notOurs(path: BytePath, what: string): CorruptError {
  return new CorruptError(`'${formatPath(path)}' ${what}; redis-rewind did not make it`, {
    path,
    hint: 'find out what it is, and move it out of the repository',
  });
}
