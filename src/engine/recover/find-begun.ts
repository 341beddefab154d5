// A recovery that an earlier run has begun, and that the same command goes on with.
import { UsageError } from '../../errors.js';
import type { RecoveryJournal } from './journal/recovery-journal.js';
import type { RecoveryRecord } from './journal/recovery-record.js';
import type { CommandRun } from './recovery-run.js';

export interface Begun {
  readonly journal: RecoveryJournal;
  /** Whether the server was to be stopped: from then on it is gone on with, and not begun anew. */
  readonly isUnderWay: boolean;
}

/** What this run is to bring back. */
export interface WantedSnapshot {
  /** `-r` or `--from` as it was typed. */
  readonly typed: string;
  /** Of the archive; null for a snapshot of the repository. */
  readonly contentDigest: string | null;
}

/**
 * The newest recovery of this server, where it has not ended; null otherwise.
 * @throws UsageError where it is being taken back, or was begun with another snapshot
 */
export function findBegun(
  { journals, request }: Pick<CommandRun, 'journals' | 'request'>,
  wanted: WantedSnapshot,
): Begun | null {
  const journal = journals.find(({ state }) => state.outcome === null);
  if (journal === undefined) return null;
  const { record, direction, begun } = journal.state;
  const { undo } = request.toType;
  if (direction === 'undo') {
    throw new UsageError(`recovery ${record.id} of this server is being taken back`, {
      hint: `finish that first: ${undo}`,
    });
  }
  const isUnderWay = begun.has('stop');
  if (isSame(record, wanted)) return { journal, isUnderWay };
  // Before the server was stopped nothing was changed: another snapshot is a new recovery.
  if (!isUnderWay) return null;
  const { id, snapshotId, time, archive } = record;
  const [begunWith, goOn] =
    archive === null
      ? [`-r '${time}'`, `give -r '#${snapshotId}'`]
      : [`--from '${time}'`, 'give that archive'];
  throw new UsageError(
    `recovery ${id} of this server to snapshot ${snapshotId} was begun with ${begunWith}, and has not ended`,
    { typed: wanted.typed, hint: `to go on with it, ${goOn}; to take it back first: ${undo}` },
  );
}

function isSame(
  { time, snapshotId, archive }: RecoveryRecord,
  { typed, contentDigest }: WantedSnapshot,
): boolean {
  if (archive !== null || contentDigest !== null) return archive === contentDigest;
  return typed === time || typed === `#${snapshotId}`;
}
