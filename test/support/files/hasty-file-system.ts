// For tests of hundreds of restores of which the bytes alone matter: nothing is synced, no time set.
import type { BytePath } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';

export class HastyFileSystem extends RealFileSystem {
  override sync(): void {}

  override setModificationTimes(): BytePath[] {
    return [];
  }
}
