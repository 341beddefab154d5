// Checking the repository's own folders and files before anything in them is opened, written or deleted. A
// repository may come from elsewhere. A link in the place of a folder would lead a writer out of the
// repository. SQLite follows links too, and deletes the file that a journal names.
import { CorruptError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import {
  STAGING_PARTS,
  catalogJournalPath,
  dataPath,
  incrementsPath,
  lockJournalPath,
  lockPath,
  stagingPartPath,
  stagingPath,
  writeAheadPaths,
} from '../layout.js';
import { Staging, syncDirectory } from '../staging.js';

/** @throws CorruptError where one of them is a link, or of another wrong type */
export function requireOwnFolders(fileSystem: FileSystem, repository: BytePath): void {
  const folders = [
    dataPath(repository),
    incrementsPath(repository),
    stagingPath(repository),
    ...STAGING_PARTS.map((part) => stagingPartPath(repository, part)),
  ];
  for (const folder of folders) {
    const stat = fileSystem.stat(folder);
    if (stat !== null && !stat.isDirectory()) throw notOurs(folder, 'is no directory');
  }
  for (const file of [
    lockPath(repository),
    lockJournalPath(repository),
    catalogJournalPath(repository),
  ]) {
    const stat = fileSystem.stat(file);
    if (stat !== null && !stat.isFile()) throw notOurs(file, 'is no file');
  }
  for (const file of writeAheadPaths(repository)) {
    if (fileSystem.stat(file) !== null) throw notOurs(file, 'is of no repository');
  }
  requireOwnJournal(fileSystem, catalogJournalPath(repository));
}

/** Makes folders that are missing. What was in them stays lost. */
export function makeMissingFolders(fileSystem: FileSystem, repository: BytePath): void {
  new Staging(fileSystem, repository).prepare();
  if (fileSystem.stat(incrementsPath(repository)) !== null) return;
  fileSystem.makeDirectory(incrementsPath(repository), 0o700);
  syncDirectory(fileSystem, dataPath(repository));
}

/** Ends a journal that names a second file; SQLite would delete that file (sqlite.org/fileformat2, 3). */
const MAGIC = Buffer.from([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
/** Two numbers and the magic; shorter journals name nothing. */
const TRAILER_BYTES = 16;

function requireOwnJournal(fileSystem: FileSystem, path: BytePath): void {
  const sizeBytes = Number(fileSystem.stat(path)?.size ?? 0n);
  if (sizeBytes < TRAILER_BYTES) return;
  let file: FileDescriptor;
  try {
    file = fileSystem.open(path, 'read');
  } catch (error) {
    // Another process has ended its commit meanwhile.
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
  return new CorruptError(`'${formatPath(path)}' ${what}, as this program would never leave it`, {
    path,
    hint: 'look at what it is, and move it out of the repository',
  });
}
