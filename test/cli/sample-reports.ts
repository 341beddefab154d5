// Reports of the use cases, for tests of what is printed.
import type { NightReport } from '../../src/engine/automation/run-night.js';
import type { InfoReport } from '../../src/engine/inspect/info-report.js';
import type { ListedFile, ListedSnapshot } from '../../src/engine/inspect/list-report.js';
import type { Note } from '../../src/engine/run/notes.js';
import type { SnapshotSummary } from '../../src/engine/snapshot/snapshot-summary.js';

export const warning = {
  severity: 'look',
  kind: 'stale',
  path: 'dump.rdb',
  message: "'dump.rdb' changed while it was read; the version of the last backup is kept",
  hint: 'back up again when the server is quiet',
} as const satisfies Note;

export const remark: Note = {
  severity: 'info',
  kind: 'left-out-socket',
  path: 'redis.sock',
  message: "'redis.sock' is a socket and left out",
  hint: null,
};

export function sampleSnapshot(changes: Partial<SnapshotSummary> = {}): SnapshotSummary {
  return {
    id: 1,
    time: '2026-11-22T02:00:00Z',
    files: 5,
    sourceBytes: 1_288_490_189,
    addedBytes: 0,
    newFiles: 5,
    changedFiles: 0,
    deletedFiles: 0,
    incrementBytes: 0,
    host: 'redis1',
    source: '/var/lib/redis',
    server: null,
    notes: [],
    ...changes,
  };
}

/** As a list shows it. */
export function sampleListed(changes: Partial<ListedSnapshot> = {}): ListedSnapshot {
  const remarks = { tags: [], pinned: false, pinNote: null, alarm: null };
  return { ...sampleSnapshot(), ...remarks, ...changes };
}

export function sampleBackup(changes: Partial<NightReport> = {}): NightReport {
  return {
    repository: '/srv/backups/redis',
    snapshot: sampleSnapshot({ id: 2, addedBytes: 4_900_000 }),
    newFiles: 1,
    changedFiles: 2,
    deletedFiles: 0,
    incrementBytes: 4_823_450,
    elapsedMs: 1234,
    created: false,
    examined: [],
    notes: [],
    removal: null,
    verification: null,
    exports: null,
    ...changes,
  };
}

export function sampleFile(changes: Partial<ListedFile> = {}): ListedFile {
  return {
    path: 'dump.rdb',
    type: 'file',
    mode: '0660',
    uid: 104,
    gid: 109,
    owner: 'redis',
    group: 'redis',
    mtime: '2026-11-22T01:59:58.123456789Z',
    size: 2048,
    sha256: '00'.repeat(32),
    linkTarget: null,
    stale: false,
    damaged: false,
    examined: null,
    ...changes,
  };
}

export function sampleInfo(changes: Partial<InfoReport> = {}): InfoReport {
  return {
    repository: '/srv/backups/redis',
    repositoryId: '3f0c',
    formatVersion: 2,
    createdAt: '2026-11-20T02:00:00Z',
    host: 'redis1',
    source: '/var/lib/redis',
    snapshots: 2,
    oldest: sampleSnapshot(),
    newest: sampleSnapshot({ id: 2, time: '2026-11-23T02:00:00Z' }),
    files: 5,
    mirrorBytes: 1_288_490_189,
    increments: 3,
    incrementBytes: 4_823_450,
    catalogBytes: 40_960,
    totalBytes: 1_293_400_000,
    unfinished: false,
    lastVerification: null,
    lastFullVerification: null,
    notes: [],
    ...changes,
  };
}
