// What is true after a recovery, or after its undo, in three lines.
import type { RecoverReport } from '../../engine/recover/recover-report.js';
import { formatReportTime } from '../../engine/snapshot/local-time.js';
import { formatCount } from './quantities.js';

export function formatOutcome(report: RecoverReport): string {
  const lines = [describeServer(report), describeAof(report), describeFormer(report)];
  return lines.map((line) => `${line}\n`).join('');
}

function describeServer({ server, directory, now, outcome, snapshot }: RecoverReport): string {
  const who = server === null ? `the server in '${directory}'` : `Redis at ${server}`;
  const answers =
    now === null
      ? 'is not started, and its files are in place'
      : `answers with ${formatCount(now.keys, 'key')}`;
  const when =
    outcome === 'undone'
      ? ', as before the recovery'
      : snapshot === null
        ? ''
        : ` as of ${formatReportTime(snapshot.time)} (snapshot ${snapshot.id})`;
  return `${who} ${answers}${when}`;
}

function describeAof(report: RecoverReport): string {
  const { now, isAofOn } = report;
  if ((now?.isAofOn ?? isAofOn) === true) {
    return 'its append-only file is on: what is written from now on is kept';
  }
  return `its append-only file is off${hadNothing(report) ? '' : ', as before'}`;
}

/** Whether no server ran, and there was no data to move out of the way. */
function hadNothing({ aside, present }: RecoverReport): boolean {
  return aside.names.length === 0 && present === 'not-running';
}

function describeFormer(report: RecoverReport): string {
  const { outcome, aside, undo, presentSnapshot, putBackFrom } = report;
  const isNothing = hadNothing(report);
  if (outcome === 'undone') {
    if (putBackFrom === null) return 'no file had been moved';
    if (isNothing) return 'nothing that was recovered had been put in place';
    return `what was recovered is in '${aside.folder}': remove it when you no longer need it`;
  }
  if (isNothing) {
    return `nothing was there before; to take this back: ${undo ?? ''}`;
  }
  const snapshot = presentSnapshot === null ? '' : ` and in snapshot ${presentSnapshot}`;
  return `what was there is in '${aside.folder}'${snapshot}; put it back with: ${undo ?? ''}`;
}
