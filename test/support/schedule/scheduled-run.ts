// What a schedule of a test runs.
import type { ScheduledRun } from '../../../src/engine/automation/schedule/scheduled-run.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';

export function runOf(changes: Partial<ScheduledRun> = {}): ScheduledRun {
  return {
    words: [process.execPath, '/usr/lib/redis-rewind/main.js', 'backup', '/srv/backups/redis'],
    environmentFile: null,
    needsCredentials: false,
    repository: pathFromText('/srv/backups/redis'),
    source: pathFromText('/var/lib/redis'),
    ...changes,
  };
}
