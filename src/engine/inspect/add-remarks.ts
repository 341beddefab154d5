// Puts what people say of snapshots, and the alarms, beside the snapshots of a list. Pure.
import type { Remarks } from '../../repository/questions/questions.js';
import { readReasons } from '../../repository/stored/read-stored.js';
import type { SnapshotSummary } from '../snapshot/snapshot-summary.js';
import { formatTimeOrNull } from '../snapshot/time-spec.js';
import type { ListedAlarm, ListedSnapshot } from './list-report.js';

export function addRemarks(
  snapshots: readonly SnapshotSummary[],
  { marks, tags, alarms }: Remarks,
): ListedSnapshot[] {
  const marked = new Map(marks.map((mark) => [mark.snapshotId, mark]));
  const alarmed = new Map(
    alarms.map((alarm): [number, ListedAlarm] => [
      alarm.snapshotId,
      {
        reasons: readReasons(alarm.snapshotId, alarm.reasonsJson).reasons,
        confirmedAt: formatTimeOrNull(alarm.confirmedAtSeconds),
      },
    ]),
  );
  return snapshots.map((snapshot) => {
    const mark = marked.get(snapshot.id);
    const alarm = alarmed.get(snapshot.id);
    return {
      ...snapshot,
      tags: tags.filter(({ snapshotId }) => snapshotId === snapshot.id).map(({ name }) => name),
      pinned: mark?.isPinned ?? false,
      pinNote: mark?.note ?? null,
      alarm: alarm === undefined || alarm.reasons.length === 0 ? null : alarm,
    };
  });
}
