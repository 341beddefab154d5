// Compares the snapshot that is being made with the last one, before the commit: what is found is committed with the snapshot.
import type { ExaminationRecord, Snapshot } from '../../catalog/records.js';
import type { CommittedAlarm } from '../../repository/commit/commit.js';
import { readSnapshotRecords } from '../../repository/stored/read-stored.js';
import type { StoredReason } from '../../repository/stored/stored-alarm.js';
import { encodeFindings } from '../../repository/stored/stored-findings.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { type Note, lookNote } from '../run/notes.js';
import type { ServerReport } from '../server/server-report.js';
import { compareStates } from '../snapshot/alarm/compare-states.js';
import { type StateFile, describeState, filesOf } from '../snapshot/alarm/data-state.js';
import { confirmHint, describeReasons, toStored } from '../snapshot/alarm/reason-text.js';
import type { ExaminationReport } from '../snapshot/examination-report.js';
import type { LastSnapshot } from './last-snapshot.js';
import type { NextEntry } from './next-entry.js';

export interface AlarmPlanRequest {
  /** Null before the first one: there is nothing to compare with. */
  readonly newest: Snapshot | null;
  readonly last: LastSnapshot;
  readonly next: readonly NextEntry[];
  /** Of the files that this run has examined. */
  readonly examined: ReadonlyMap<BytePath, ExaminationReport>;
  /** All of the catalog, by the ids of contents. */
  readonly examinations: ReadonlyMap<number, ExaminationRecord>;
  readonly serverReport: ServerReport | null;
  /** How much of bytes or keys may be gone without an alarm. */
  readonly percent: number;
  /** When a person has dealt with the loss, as by a recovery: then nobody has to confirm it. Null otherwise. */
  readonly meantAtSeconds: number | null;
}

/** Pure. */
export function planAlarm(request: AlarmPlanRequest): CommittedAlarm | null {
  const { newest, last, examinations, serverReport, percent, meantAtSeconds } = request;
  if (newest === null) return null;
  const before = describeState(
    filesOf(last.versions.values(), examinations),
    readSnapshotRecords(newest).server,
  );
  const now = describeState(nextFiles(request), serverReport);
  return {
    reasons: compareStates(before, now, percent).map(toStored),
    confirmedAtSeconds: meantAtSeconds,
  };
}

/** A file that this run has not examined has what was found when its content was. */
function nextFiles({ last, next, examined, examinations }: AlarmPlanRequest): StateFile[] {
  const ids = new Map(
    [...last.versions.values()].flatMap(({ content }) =>
      content === null ? [] : [[content.sha256.toString('hex'), content.id] as const],
    ),
  );
  return next
    .filter(({ type }) => type === 'file')
    .map(({ path, content }) => {
      const report = examined.get(path);
      const id = content === null ? undefined : ids.get(content.sha256.toString('hex'));
      const known = id === undefined ? undefined : examinations.get(id);
      const examination = report === undefined ? known : toRecord(report);
      return { path, bytes: content?.sizeBytes ?? 0, examination };
    });
}

function toRecord(report: ExaminationReport): ExaminationRecord {
  return { loads: report.loads, problem: report.problem, foundJson: encodeFindings(report) };
}

/** What a backup says of its alarm, once. */
export function alarmNotes(
  alarm: CommittedAlarm | null,
  repository: BytePath,
  snapshotId: number,
): Note[] {
  const reasons: readonly StoredReason[] = alarm?.reasons ?? [];
  if (reasons.length === 0 || alarm?.confirmedAtSeconds !== null) return [];
  return [
    lookNote(
      'alarm',
      null,
      `alarm: ${describeReasons(reasons)}; nothing older is removed from now on`,
      confirmHint(repository, snapshotId),
    ),
  ];
}
