// Writes the metrics of a run for the textfile collector of node_exporter. Whoever reads the file finds the former metrics or the
// new ones, never a part. The folder may be somebody else's, so it is held open while a file is made and renamed in it.
import { SystemError } from '../../../errors.js';
import {
  type BytePath,
  baseName,
  formatPath,
  joinPath,
  parentPath,
} from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { putFile } from '../../../system/files/put-file.js';

export interface MetricsPlace {
  readonly fileSystem: FileSystem;
  /** Of this process. */
  readonly processId: number;
}

/** Readable for every user: node_exporter runs as one of its own. */
const MODE = 0o644;

/** @param file absolute. @throws SystemError */
export function writeMetrics(
  { fileSystem, processId }: MetricsPlace,
  file: BytePath,
  text: string,
): void {
  const folder = fileSystem.realPath(parentPath(file));
  if (folder === null) throw noFolder(file);
  const held = fileSystem.hold(folder);
  try {
    // The collector reads names that end with `.prom` alone, so it never sees the new file before it is whole.
    const path = joinPath(folder, baseName(file));
    putFile(fileSystem, { path, text, mode: MODE, processId });
  } finally {
    held.release();
  }
}

function noFolder(file: BytePath): SystemError {
  const folder = parentPath(file);
  return new SystemError(
    {
      operation: 'write',
      object: formatPath(file),
      path: file,
      errno: 'ENOENT',
      reason: `there is no folder '${formatPath(folder)}'`,
    },
    { hint: 'make it, or give the folder of --collector.textfile.directory' },
  );
}
