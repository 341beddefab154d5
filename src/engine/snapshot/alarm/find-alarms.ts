// Finds the alarms that are there, and compares the snapshots that no backup has compared, such as those of older programs. A
// snapshot is compared once, whatever is removed later.
import type { AlarmRecord, Snapshot } from '../../../catalog/records.js';
import type { OpenRepository } from '../../../repository/repository.js';
import { readReasons, readSnapshotRecords } from '../../../repository/stored/read-stored.js';
import { type StoredReason, encodeReasons } from '../../../repository/stored/stored-alarm.js';
import type { Checkpoint } from '../../../system/time/checkpoint.js';
import { compareStates } from './compare-states.js';
import { type DataState, describeState, filesOf } from './data-state.js';
import { toStored } from './reason-text.js';

/** A snapshot with reasons that nobody has confirmed. */
export interface Alarm {
  readonly snapshotId: number;
  readonly reasons: readonly StoredReason[];
}

/** Those of the records that raise an alarm, in the same order. */
export function unconfirmedAlarms(records: readonly AlarmRecord[]): Alarm[] {
  return records.flatMap(({ snapshotId, reasonsJson, confirmedAtSeconds }) => {
    if (confirmedAtSeconds !== null) return [];
    const { reasons } = readReasons(snapshotId, reasonsJson);
    return reasons.length === 0 ? [] : [{ snapshotId, reasons }];
  });
}

/** Snapshots that were never compared with the one before, oldest first. The very first one has none before. */
export function neverCompared(
  snapshots: readonly Snapshot[],
  records: readonly AlarmRecord[],
): Snapshot[] {
  const compared = new Set(records.map(({ snapshotId }) => snapshotId));
  return snapshots.slice(1).filter(({ id }) => !compared.has(id));
}

/**
 * Compares these snapshots with the ones before them.
 * @param snapshots all of the repository, oldest first
 * @param percent how much of bytes or keys may be gone, in per cent
 */
export async function compareSnapshots(
  repository: OpenRepository,
  snapshots: readonly Snapshot[],
  compared: readonly Snapshot[],
  { percent, checkpoint }: { readonly percent: number; readonly checkpoint: Checkpoint },
): Promise<AlarmRecord[]> {
  const examinations = repository.examinations();
  const stateOf = (snapshot: Snapshot): DataState =>
    describeState(
      filesOf(repository.versionsOf(snapshot.id), examinations),
      readSnapshotRecords(snapshot).server,
    );
  const wanted = new Set(compared.map(({ id }) => id));
  let before: { readonly id: number; readonly state: DataState } | null = null;
  const records: AlarmRecord[] = [];
  for (const [index, snapshot] of snapshots.entries()) {
    const previous = snapshots[index - 1];
    if (!wanted.has(snapshot.id) || previous === undefined) continue;
    await checkpoint();
    const then = before?.id === previous.id ? before.state : stateOf(previous);
    const now = stateOf(snapshot);
    before = { id: snapshot.id, state: now };
    const reasons = compareStates(then, now, percent).map(toStored);
    records.push({
      snapshotId: snapshot.id,
      reasonsJson: encodeReasons(reasons),
      confirmedAtSeconds: null,
    });
  }
  return records;
}
