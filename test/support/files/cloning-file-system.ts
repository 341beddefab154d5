// A file system that clones files, for tests on a disk that cannot: a clone is a copy made in one
// synchronous step, which this process cannot tell from a clone.
import * as fs from 'node:fs';
import { type BytePath, pathToBytes } from '../../../src/system/files/byte-path.js';
import type { FileDescriptor } from '../../../src/system/files/file-system.js';
import { HookedFileSystem } from './hooked-file-system.js';

export class CloningFileSystem extends HookedFileSystem {
  clones = 0;

  override cloneInto(file: FileDescriptor, path: BytePath): boolean {
    this.clones += 1;
    // Told of, as every call; and where the disk can, it is a real one.
    if (super.cloneInto(file, path)) return true;
    fs.copyFileSync(`/proc/self/fd/${file}`, pathToBytes(path), fs.constants.COPYFILE_EXCL);
    fs.chmodSync(pathToBytes(path), 0o600);
    return true;
  }
}
