// An entry of a restore's source, for tests that have no repository.
import type { RestoreEntry } from '../../../src/engine/restore/restore-source.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';

/** A file of nobody in particular at a path, unless `given` says otherwise. */
export function createEntry(path: string, given: Partial<RestoreEntry> = {}): RestoreEntry {
  return {
    path: pathFromText(path),
    type: 'file',
    mode: 0o700,
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    ownerName: null,
    groupName: null,
    mtimeNs: 1_795_312_800_123_456_789n,
    sizeBytes: 0,
    linkTarget: null,
    isStale: false,
    verdict: null,
    ...given,
  };
}
