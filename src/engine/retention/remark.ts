// `pin`, `unpin`, `tag`, `untag` and `confirm`: what a person says of one snapshot.
import type { AlarmRecord } from '../../catalog/records.js';
import { UsageError } from '../../errors.js';
import type { Remarks } from '../../repository/questions/questions.js';
import type { RemarkChange } from '../../repository/repository.js';
import { formatPath } from '../../system/files/byte-path.js';
import type { RunContext } from '../run/run-context.js';
import { unconfirmedAlarms } from '../snapshot/alarm/find-alarms.js';
import { openToChange } from './open-to-change.js';
import type { Remark, RemarkReport, RemarkRequest } from './remark-request.js';
import { requireSnapshots } from './require-removable.js';

/** @throws NoRepositoryError, LockedError, NewerFormatError; NotInSnapshotError for a number that no snapshot has; UsageError */
export async function remark(request: RemarkRequest, context: RunContext): Promise<RemarkReport> {
  const { id, remark: said } = request;
  const repository = await openToChange(request, context);
  try {
    requireSnapshots(repository.snapshots(), { first: id, last: id });
    const change = planRemark(
      id,
      said,
      repository.remarks(),
      Math.floor(context.clock.nowMs() / 1000),
    );
    if (change !== null) {
      await repository.remark(change);
      const newest = repository.newestSnapshot();
      if (newest !== null) await repository.writeCatalogCopy(newest.id);
    }
    const left = unconfirmedAlarms(repository.remarks().alarms);
    return {
      repository: formatPath(request.repository),
      snapshot: id,
      remark: said.kind,
      tag: said.kind === 'tag' || said.kind === 'untag' ? said.name : null,
      changed: change !== null,
      alarms: left.map(({ snapshotId }) => snapshotId),
    };
  } finally {
    repository.close();
  }
}

/** Null where all is so already. @throws UsageError */
export function planRemark(
  snapshotId: number,
  said: Remark,
  { marks, tags, alarms }: Remarks,
  nowSeconds: number,
): RemarkChange | null {
  const mark = marks.find((each) => each.snapshotId === snapshotId);
  switch (said.kind) {
    case 'pin': {
      const note = said.note ?? mark?.note ?? null;
      if (mark?.isPinned === true && mark.note === note && !mark.isDamaged) return null;
      return { marks: [{ snapshotId, isPinned: true, note }] };
    }
    case 'unpin':
      return mark === undefined ? null : { marks: [{ snapshotId, isPinned: false, note: null }] };
    case 'confirm':
      return planConfirmation(snapshotId, alarms, nowSeconds);
    default: {
      const { name } = said;
      const isThere = tags.some((tag) => tag.snapshotId === snapshotId && tag.name === name);
      if (said.kind === 'tag') return isThere ? null : { addedTags: [{ snapshotId, name }] };
      if (isThere) return { removedTags: [{ snapshotId, name }] };
      throw new UsageError(`snapshot ${snapshotId} has no tag '${name}'`, { typed: name });
    }
  }
}

function planConfirmation(
  snapshotId: number,
  alarms: readonly AlarmRecord[],
  nowSeconds: number,
): RemarkChange | null {
  const record = alarms.find((alarm) => alarm.snapshotId === snapshotId);
  const open = unconfirmedAlarms(alarms);
  if (record !== undefined && open.some((alarm) => alarm.snapshotId === snapshotId)) {
    return { alarms: [{ ...record, confirmedAtSeconds: nowSeconds }] };
  }
  if (record !== undefined && record.confirmedAtSeconds !== null) return null;
  const others = open.map((alarm) => alarm.snapshotId).join(', ');
  throw new UsageError(`snapshot ${snapshotId} has no alarm`, {
    typed: String(snapshotId),
    hint: others === '' ? 'no snapshot has one' : `these have: ${others}`,
  });
}
