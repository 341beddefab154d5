// Asks the catalog what a monitor wants to know of a repository. It takes no lock.
import { RewindError } from '../../../errors.js';
import { openSnapshots } from '../../../repository/open/open-repository.js';
import type { OpenRepository } from '../../../repository/repository.js';
import { readFindings } from '../../../repository/stored/read-stored.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import type { RunContext } from '../../run/run-context.js';
import { openAlarms } from '../../snapshot/alarm/open-alarms.js';
import { askInOneState } from '../../snapshot/ask-in-one-state.js';
import { standingOf } from '../../snapshot/verification-standing.js';
import type { RepositoryMetrics } from './run-metrics.js';

/** Null where the repository cannot be read. */
export function collectMetrics(
  repository: BytePath,
  { fileSystem }: Pick<RunContext, 'fileSystem'>,
): RepositoryMetrics | null {
  try {
    const open = openSnapshots(fileSystem, repository);
    try {
      return askInOneState(open, () => metricsOf(open));
    } finally {
      open.close();
    }
  } catch (error) {
    if (error instanceof RewindError) return null;
    throw error;
  }
}

function metricsOf(open: OpenRepository): RepositoryMetrics {
  const snapshots = open.snapshots();
  const newest = snapshots.at(-1) ?? null;
  const { records } = open.verificationHistory();
  const [last] = records;
  const { wholeSinceSeconds, problems } = standingOf(records);
  return {
    snapshots: snapshots.length,
    newest:
      newest === null
        ? null
        : {
            timeSeconds: newest.timeSeconds,
            sourceBytes: newest.sourceBytes,
            addedBytes: newest.addedBytes,
            databases: databasesOf(open),
          },
    alarms: openAlarms(open.remarks()).length,
    verification: last === undefined ? null : { endedSeconds: last.finishedAtSeconds, problems },
    verifiedSeconds: wholeSinceSeconds,
  };
}

const DUMP = 'dump.rdb';

/** Of the dump in the directory itself: the one with Redis's own name, or the only one. */
function databasesOf(open: OpenRepository): { database: number; keys: number }[] {
  const examinations = open.examinations();
  const dumps = open.newestVersions().flatMap(({ path, content }) => {
    const record = content === null ? undefined : examinations.get(content.id);
    if (record === undefined || path.includes('/')) return [];
    const { found } = readFindings(`'${path}'`, record.foundJson);
    return found?.kind === 'dump' && found.keys !== null ? [{ path, found }] : [];
  });
  const named = dumps.find(({ path }) => path === DUMP);
  const chosen = named ?? (dumps.length === 1 ? dumps[0] : undefined);
  return (chosen?.found.databases ?? []).map(({ database, keys }) => ({ database, keys }));
}
