// The alarms that nobody has confirmed. Pure.
import type { Remarks } from '../../../repository/questions/questions.js';
import { readReasons } from '../../../repository/stored/read-stored.js';
import type { StoredReason } from '../../../repository/stored/stored-alarm.js';

export interface OpenAlarm {
  readonly snapshotId: number;
  readonly reasons: readonly StoredReason[];
}

/** In order of the snapshots. */
export function openAlarms({ alarms }: Pick<Remarks, 'alarms'>): OpenAlarm[] {
  return alarms.flatMap(({ snapshotId, reasonsJson, confirmedAtSeconds }) => {
    const { reasons } = readReasons(snapshotId, reasonsJson);
    return confirmedAtSeconds !== null || reasons.length === 0 ? [] : [{ snapshotId, reasons }];
  });
}
