// A file system for tests of hundreds of restores in which only the bytes matter: nothing is synced, and no
// time is set.
import type { BytePath } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';

export class HastyFileSystem extends RealFileSystem {
  override sync(): void {}

  override setModificationTimes(): BytePath[] {
    return [];
  }
}
