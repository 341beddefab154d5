// Private copies of files in the temporary folder, for readers that may not write beside the originals.
import * as fs from 'node:fs';
import { type BytePath, baseName, joinPath, pathToBytes } from '../byte-path.js';
import { attempt } from '../errno.js';
import type { FileSystem } from '../file-system.js';
import { readFileChunks } from '../read-chunks.js';
import { createTemporaryFolder } from './temporary-folder.js';

export interface PrivateCopy {
  /** The folder of the copies. Each copy has the last name of its original. */
  readonly directory: BytePath;
  remove(): void;
}

/** Copies the files into a new folder that only this user may enter. The caller removes it. */
export function copyPrivately(fileSystem: FileSystem, files: readonly BytePath[]): PrivateCopy {
  const { path: directory, remove } = createTemporaryFolder();
  try {
    for (const file of files) {
      const copy = joinPath(directory, baseName(file));
      const into = fs.openSync(pathToBytes(copy), 'wx', 0o600);
      try {
        for (const bytes of readFileChunks(fileSystem, file)) writeWhole(copy, into, bytes);
      } finally {
        fs.closeSync(into);
      }
    }
    return { directory, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** @throws SystemError */
function writeWhole(file: BytePath, into: number, bytes: Uint8Array): void {
  attempt('write', file, () => {
    for (let done = 0; done < bytes.length;) done += fs.writeSync(into, bytes, done);
  });
}
