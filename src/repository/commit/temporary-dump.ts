// The note of a dump that a server makes only for a backup (docs/format.md, "A dump to be removed"). The note
// is written before the server is asked, and deleted when the dump is gone. So a dump that a killed
// backup left is found and removed by the next one.
import { type BytePath, formatPath, parsePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readSmallFile } from '../../system/files/read-small-file.js';
import { dataPath, temporaryDumpPath } from '../layout.js';
import { syncDirectory } from '../staging.js';

/** Where the dump is, or will be; null where nothing is remembered. */
export function readTemporaryDump(fileSystem: FileSystem, repository: BytePath): BytePath | null {
  const path = temporaryDumpPath(repository);
  if (fileSystem.stat(path) === null) return null;
  const text = readSmallFile(fileSystem, path).toString('utf8');
  // A note without a newline was interrupted while it was written: the server was not asked yet.
  return text.endsWith('\n') ? parsePath(text.slice(0, -1)) : null;
}

/** Remembers a dump; durable when it returns. */
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

/** To be called when the dump is gone, or has become the server's own. */
export function forgetTemporaryDump(fileSystem: FileSystem, repository: BytePath): void {
  const path = temporaryDumpPath(repository);
  if (fileSystem.stat(path) === null) return;
  fileSystem.unlink(path);
  syncDirectory(fileSystem, dataPath(repository));
}
