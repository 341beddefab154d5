// The plan of a recovery in plain words, as it is shown before anything is changed.
import type { RecoveryPreview } from '../../engine/recover/recover-report.js';
import { formatReportTime } from '../../engine/snapshot/local-time.js';

/** Lines of a label and a text. Each ends with a newline. */
export function formatPlan(plan: RecoveryPreview): string {
  const lines = [titleOf(plan), ...rowsOf(plan).map(([label, text]) => row(label, text))];
  const notes = plan.notes.map(({ severity, message }) =>
    row(severity === 'look' ? 'warning' : 'note', message),
  );
  return [...lines, ...notes].map((line) => `${line}\n`).join('');
}

type Row = readonly [label: string, text: string];

const WIDTH = 'warning  '.length;

function row(label: string, text: string): string {
  return `${label.padEnd(WIDTH)}${text}`;
}

function titleOf(plan: RecoveryPreview): string {
  const { action, recovery, isContinued, snapshot, archive, server, directory } = plan;
  const who = `${server === null ? 'the server' : `Redis at ${server}`} in '${directory}'`;
  if (action === 'undo') return `undo recovery ${recovery} of ${who}`;
  const to =
    snapshot === null ? '' : ` to snapshot ${snapshot.id} of ${formatReportTime(snapshot.time)}`;
  const from = archive === null ? '' : ` from '${archive}'`;
  const again = isContinued ? `, begun before as ${recovery}` : '';
  return `recover ${who}${to}${from}${again}`;
}

function rowsOf(plan: RecoveryPreview): Row[] {
  return plan.action === 'undo' ? undoRows(plan) : recoverRows(plan);
}

function recoverRows(plan: RecoveryPreview): Row[] {
  const { placed, aside } = plan;
  const names = aside.names.map((name) => `'${name}'`).join(', ');
  return [
    ['load', describeChoice(plan)],
    ...placed.map(({ from, to }, index): Row => [
      index === 0 ? 'place' : '',
      from === to ? `'${to}'` : `'${from}' as '${to}'`,
    ]),
    ['AOF', describeAof(plan)],
    ['present', PRESENT[plan.present]],
    ['stop', plan.stop],
    ['aside', names === '' ? 'nothing is in the way' : `${names} to '${aside.folder}'`],
    ['start', plan.start],
    ['keys', describeKeys(plan)],
  ];
}

function undoRows({ aside, putBackFrom, stop, start }: RecoveryPreview): Row[] {
  const names = aside.names.map((name) => `'${name}'`).join(', ');
  return [
    ['stop', stop],
    ['aside', names === '' ? 'nothing is in the way' : `${names} to '${aside.folder}'`],
    ['back', putBackFrom === null ? 'no file was moved' : `what is in '${putBackFrom}'`],
    ['start', start],
  ];
}

const PRESENT: Readonly<Record<RecoveryPreview['present'], string>> = {
  snapshot: 'is saved and backed up as a snapshot first',
  discarded: 'is not saved: what the server has written to no file is lost',
  'not-running': 'no server runs: its files are moved aside',
  kept: 'was kept by the run before',
};

function describeChoice({ choice }: RecoveryPreview): string {
  if (choice === null) return 'nothing';
  const what = choice.kind === 'rdb' ? 'the dump' : 'the append-only file';
  return `${what}, ${WHY[choice.why]}`;
}

const WHY: Readonly<Record<NonNullable<RecoveryPreview['choice']>['why'], string>> = {
  asked: 'as --use says',
  recorded: 'as the server of the snapshot would have done',
  newer: 'which was written last',
  only: 'the only data in the snapshot',
  'aof-broken': 'because no server would load the append-only file',
  'aof-off': 'because the server has its append-only file off',
};

function describeAof({ isAofOn, protocol }: RecoveryPreview): string {
  if (isAofOn !== true) return 'is off and stays off';
  switch (protocol) {
    case 'rdb-as-base':
      return 'stays on: the dump becomes the base of a new one';
    case 'rdb-as-preamble':
      return 'stays on: the dump becomes the beginning of a new one';
    case 'classic':
      return 'is off for the start, and on again once the dump is loaded';
    default:
      return 'stays on: the server goes on with that of the snapshot';
  }
}

function describeKeys({ expectedDatabases }: RecoveryPreview): string {
  if (expectedDatabases === null) return 'known only after loading';
  const keys = expectedDatabases.reduce((sum, each) => sum + each.keys, 0);
  const parts = expectedDatabases.map((each) => `${each.keys} in database ${each.database}`);
  return parts.length > 1 ? `${keys}: ${parts.join(', ')}` : String(keys);
}
