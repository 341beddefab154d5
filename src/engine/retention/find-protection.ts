// What protects snapshots of a repository from a removal: pins, and alarms. Snapshots that were never compared with the one
// before, such as those of older programs, are compared now.
import type { AlarmRecord, Snapshot } from '../../catalog/records.js';
import type { OpenRepository } from '../../repository/repository.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import {
  type Alarm,
  compareSnapshots,
  neverCompared,
  unconfirmedAlarms,
} from '../snapshot/alarm/find-alarms.js';
import type { Protection } from '../keep/plan-removal.js';

export interface FoundProtection {
  readonly protection: Protection;
  /** The newest alarm; what came before its snapshot stays. */
  readonly alarm: Alarm | null;
  /** Of the snapshots that were compared now. They are not in the catalog yet. */
  readonly compared: readonly AlarmRecord[];
}

export async function findProtection(
  repository: OpenRepository,
  snapshots: readonly Snapshot[],
  options: { readonly percent: number; readonly checkpoint: Checkpoint },
): Promise<FoundProtection> {
  const { marks, alarms } = repository.remarks();
  const missing = neverCompared(snapshots, alarms);
  const compared =
    missing.length === 0 ? [] : await compareSnapshots(repository, snapshots, missing, options);
  const alarm = newest(unconfirmedAlarms([...alarms, ...compared]));
  const pinned = marks.filter(({ isPinned }) => isPinned).map(({ snapshotId }) => snapshotId);
  return {
    protection: { pinned: new Set(pinned), alarmId: alarm?.snapshotId ?? null },
    alarm,
    compared,
  };
}

function newest(alarms: readonly Alarm[]): Alarm | null {
  return alarms.toSorted((a, b) => b.snapshotId - a.snapshotId)[0] ?? null;
}
