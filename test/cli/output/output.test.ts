// What is printed and when: nothing under cron, statistics on a terminal or with -v, warnings always.
import test from 'ava';
import { Output, type OutputSettings } from '../../../src/cli/output/output.js';
import { NoRepositoryError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { recordingStreams } from '../recording-streams.js';
import { remark, warning } from '../sample-reports.js';

const path = pathFromText('/r');

const settings: OutputSettings = {
  isJson: false,
  isQuiet: false,
  verbosity: 0,
  wantsProgress: true,
};
const report = { answer: 42 };
const toText = () => 'forty-two\n';

const ACCOUNTS: [
  who: string,
  isTerminal: boolean,
  changes: Partial<OutputSettings>,
  stderr: string,
][] = [
  ['cron', false, {}, ''],
  ['cron with -v', false, { verbosity: 1 }, 'forty-two\n'],
  ['a terminal', true, {}, 'forty-two\n'],
  ['a terminal with -q', true, { isQuiet: true }, ''],
  ['a terminal with -q and -v', true, { isQuiet: true, verbosity: 1 }, ''],
];

for (const [who, isTerminal, changes, stderr] of ACCOUNTS) {
  test(`${who} sees ${stderr === '' ? 'nothing' : 'the statistics'} on success`, (t) => {
    const streams = recordingStreams({ isTerminal });
    new Output(streams, { ...settings, ...changes }).account(report, toText);
    t.deepEqual(streams.written, { stdout: '', stderr });
  });
}

test('--json prints the report alone on stdout, on one line', (t) => {
  const streams = recordingStreams({ isTerminal: true });
  new Output(streams, { ...settings, isJson: true, verbosity: 1 }).account(report, toText);
  t.deepEqual(streams.written, { stdout: '{"answer":42}\n', stderr: '' });
});

test('the result goes to stdout, under cron too', (t) => {
  const streams = recordingStreams();
  new Output(streams, settings).result(report, toText);
  t.deepEqual(streams.written, { stdout: 'forty-two\n', stderr: '' });
});

test('warnings always go to stderr, remarks only on a terminal or with -v', (t) => {
  const warningText = `redis-rewind: warning: ${warning.message}\nhint: ${warning.hint}\n`;
  const remarkText = `redis-rewind: note: ${remark.message}\n`;
  const cron = recordingStreams();
  new Output(cron, settings).notes([remark, warning]);
  t.is(cron.written.stderr, warningText);
  const quiet = recordingStreams({ isTerminal: true, environment: { TERM: 'dumb' } });
  new Output(quiet, { ...settings, isQuiet: true }).notes([remark, warning]);
  t.is(quiet.written.stderr, warningText);
  const terminal = recordingStreams({ isTerminal: true, environment: { TERM: 'dumb' } });
  new Output(terminal, settings).notes([remark, warning]);
  t.is(terminal.written.stderr, remarkText + warningText);
});

test('a failure is a message and a hint on stderr, and its exit code', (t) => {
  const streams = recordingStreams();
  const error = new NoRepositoryError("no repository at '/r'", { path, hint: 'back up first' });
  t.is(new Output(streams, settings).error(error), 10);
  t.deepEqual(streams.written, {
    stdout: '',
    stderr: "redis-rewind: no repository at '/r'\nhint: back up first\n",
  });
});

test('a failure under --json is an object on stderr', (t) => {
  const streams = recordingStreams();
  const output = new Output(streams, { ...settings, isJson: true });
  output.error(new NoRepositoryError("no repository at '/r'", { path }));
  t.is(streams.written.stdout, '');
  t.deepEqual(JSON.parse(streams.written.stderr), {
    code: 'NO_REPOSITORY',
    exitCode: 10,
    message: "no repository at '/r'",
    hint: null,
  });
});

test('-vv adds the stacks of a failure and its cause', (t) => {
  const streams = recordingStreams();
  const cause = new Error('disk on fire');
  const error = new NoRepositoryError('no repository', { path, cause });
  new Output(streams, { ...settings, verbosity: 2 }).error(error);
  t.regex(streams.written.stderr, /NoRepositoryError: no repository\n +at /);
  t.regex(streams.written.stderr, /caused by: Error: disk on fire\n +at /);
});

test('a broken invariant shows its stack and ends with 1, under --json too', (t) => {
  const text = recordingStreams();
  t.is(new Output(text, settings).error(new TypeError('x is not a function')), 1);
  t.regex(text.written.stderr, /^redis-rewind: x is not a function\nTypeError: .*\n +at /);
  t.regex(text.written.stderr, /hint: this is a defect of redis-rewind/);
  const json = recordingStreams();
  t.is(new Output(json, { ...settings, isJson: true }).error('thrown text'), 1);
  const parsed = JSON.parse(json.written.stderr) as Record<string, unknown>;
  t.is(parsed['code'], 'INTERNAL');
  t.is(parsed['exitCode'], 1);
  t.is(typeof parsed['stack'], 'string');
});

function shownError(environment: Record<string, string>, isTerminal: boolean): string {
  const streams = recordingStreams({ environment, isTerminal });
  new Output(streams, settings).error(new NoRepositoryError('x', { path }));
  return streams.written.stderr;
}

test('only a terminal gets colour, unless NO_COLOR or TERM=dumb is set', (t) => {
  const isRed = (environment: Record<string, string>, isTerminal: boolean): boolean =>
    shownError(environment, isTerminal).includes('\u001B[31m');
  t.true(isRed({ TERM: 'xterm' }, true));
  t.true(isRed({ TERM: 'xterm', NO_COLOR: '' }, true));
  t.false(isRed({ TERM: 'xterm', NO_COLOR: '1' }, true));
  t.false(isRed({ TERM: 'dumb' }, true));
  t.false(isRed({}, true));
  t.false(isRed({ TERM: 'xterm' }, false));
});
