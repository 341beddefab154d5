// The note about a dump that a server makes only for a backup (docs/format.md, "A dump to be removed"). The
// note is written before the server is asked, and deleted after the dump is removed. So the next backup
// finds and removes the dump that a killed backup has left.
import { type BytePath, formatPath, parsePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readSmallFile } from '../../system/files/read-small-file.js';
import { dataPath, temporaryDumpPath } from '../layout.js';
import { syncDirectory } from '../staging.js';

/** Where the dump is, or will be; null where there is no note. */
export function readTemporaryDump(fileSystem: FileSystem, repository: BytePath): BytePath | null {
  const path = temporaryDumpPath(repository);
  if (fileSystem.stat(path) === null) return null;
  const text = readSmallFile(fileSystem, path).toString('utf8');
  // A note without a newline was not written to its end, so the server was not yet asked.
  return text.endsWith('\n') ? parsePath(text.slice(0, -1)) : null;
}

/** Writes the note. Durable on return. */
export function rememberTemporaryDump(
  fileSystem: FileSystem,
  repository: BytePath,
  dump: BytePath,
): void {
  forgetTemporaryDump(fileSystem, repository);
  const file = fileSystem.open(temporaryDumpPath(repository), 'create');
  try {
    fileSystem.write(file, Buffer.from(`${formatPath(dump)}\n`, 'utf8'), 0);
    fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
  syncDirectory(fileSystem, dataPath(repository));
}

/** Deletes the note, once the dump is removed or is the server's own dump. */
export function forgetTemporaryDump(fileSystem: FileSystem, repository: BytePath): void {
  const path = temporaryDumpPath(repository);
  if (fileSystem.stat(path) === null) return;
  fileSystem.unlink(path);
  syncDirectory(fileSystem, dataPath(repository));
}
