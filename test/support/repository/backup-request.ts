// A backup without options, and with those that a test names: the one place to know them all.
import type { BackupRequest } from '../../../src/engine/backup/backup-request.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';

export function plainBackup(
  source: string,
  repository: string,
  options: Partial<BackupRequest> = {},
): BackupRequest {
  return {
    source: pathFromText(source),
    server: null,
    repository: pathFromText(repository),
    create: true,
    also: [],
    rules: [],
    force: false,
    rehash: false,
    examine: false,
    memoryBytes: null,
    waitLockMs: 0,
    ...options,
  };
}
