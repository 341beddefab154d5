// What a server holds before it is recovered becomes a snapshot: it may be what somebody wants back tomorrow.
import type { WritableRepository } from '../../repository/repository.js';
import { backupInto } from '../backup/backup.js';
import type { BackupReport } from '../backup/backup-report.js';
import type { RunContext } from '../run/run-context.js';
import { USUAL_PERCENT } from '../snapshot/alarm/compare-states.js';
import type { ServerRequest } from '../server/server-request.js';

/**
 * Has the server save, and backs it up. The repository may be of another server: one that is moved to this machine.
 * @param repository open, and locked by the caller
 * @throws RewindError, with nothing changed
 */
export async function keepPresent(
  repository: WritableRepository,
  server: ServerRequest,
  context: RunContext,
): Promise<BackupReport> {
  return backupInto(
    repository,
    {
      namedSource: null,
      // An undo loads the dump. So it stays, even if the server persists nothing by itself.
      serverRequest: { ...server, save: 'auto', keepDump: true },
      repository: repository.path,
      create: false,
      also: [],
      rules: [],
      allowMoved: true,
      allowEmpty: true,
      force: false,
      rehash: false,
      hardLinksOfOthers: false,
      examine: true,
      alarmPercent: USUAL_PERCENT,
      isBeforeRecovery: true,
      tags: [],
      memoryBytes: null,
      waitLockMs: 0,
    },
    context,
  );
}
