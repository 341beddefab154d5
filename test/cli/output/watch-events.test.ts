// `watch` prints its events as lines and as JSON; -q prints only the events that mean trouble.
import test from 'ava';
import { Output } from '../../../src/cli/output/output.js';
import { plain } from '../../../src/cli/output/styles.js';
import {
  formatWatchEvent,
  isTrouble,
  toWatchReport,
} from '../../../src/cli/output/watch-events.js';
import type { WatchEvent, WatchHappening } from '../../../src/engine/watch/watch-events.js';
import { NoSpaceError, SourceMissingError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { explainedNames, section, sorted } from '../cli-documentation.js';
import { recordingStreams } from '../recording-streams.js';
import { remark, sampleBackup, warning } from '../sample-reports.js';

process.env['TZ'] = 'UTC';

const at = (happening: WatchHappening): WatchEvent => ({
  time: '2026-11-22T02:00:00.250Z',
  ...happening,
});

const full = new NoSpaceError("not enough space for '/srv'", {
  path: pathFromText('/srv'),
  neededBytes: 2,
  freeBytes: 1,
  hint: 'free some space',
});
const SAVES = ['dump.rdb'];

const EVENTS: [event: WatchEvent, line: string, isTold: boolean][] = [
  [
    at({ event: 'watching', source: '/data', repository: '/srv', server: '127.0.0.1:6379' }),
    "watching '/data' of Redis at 127.0.0.1:6379 for '/srv'",
    false,
  ],
  [
    at({ event: 'watching', source: '/da\nta', repository: '/srv', server: null }),
    "watching '/da\\x0ata' for '/srv'",
    false,
  ],
  [
    at({ event: 'save', saves: SAVES, dueAt: '2026-11-22T02:00:02.250Z' }),
    'saved: dump.rdb; snapshot at 2026-11-22 02:00:02 +00:00',
    false,
  ],
  [
    at({ event: 'snapshot', saves: [...SAVES, 'a'], report: sampleBackup() }),
    'snapshot 2: 4.7 MiB added in 1.2 s (dump.rdb, a)',
    false,
  ],
  [
    at({
      event: 'snapshot',
      saves: SAVES,
      report: sampleBackup({ removal: { removed: 3, kept: 7, freedBytes: 100 } }),
    }),
    'snapshot 2: 4.7 MiB added in 1.2 s (dump.rdb); 3 snapshots removed',
    false,
  ],
  [at({ event: 'taken', saves: SAVES }), 'already in a snapshot of another run: dump.rdb', false],
  [
    at({ event: 'failed', error: full, retryAt: '2026-11-22T02:00:05.250Z' }),
    "failed: not enough space for '/srv' (hint: free some space); trying again in 5.0 s",
    true,
  ],
  [
    at({
      event: 'away',
      error: new SourceMissingError("source '/data' is gone", { source: pathFromText('/data') }),
    }),
    "waiting: source '/data' is gone",
    true,
  ],
  [at({ event: 'back', source: '/data' }), "back: '/data'", false],
  [at({ event: 'stopping', signal: 'SIGTERM', discarded: false }), 'stopping (SIGTERM)', false],
  [
    at({ event: 'stopping', signal: 'SIGINT', discarded: true }),
    'stopping (SIGINT); the snapshot that was being taken is discarded',
    false,
  ],
];

for (const [event, line, isTold] of EVENTS) {
  test(`${line}: one line with its time, ${isTold ? 'with -q too' : 'not with -q'}`, (t) => {
    t.is(formatWatchEvent(event, false, plain), `2026-11-22 02:00:00 +00:00 ${line}`);
    t.is(isTrouble(event), isTold);
  });
}

test('warnings of a snapshot are printed after the snapshot, with -q too; remarks only with -v', (t) => {
  const report = sampleBackup({ notes: [remark, warning] });
  const event = at({ event: 'snapshot', saves: SAVES, report });
  const [, ...below] = formatWatchEvent(event, false, plain).split('\n');
  const time = '2026-11-22 02:00:00 +00:00';
  t.deepEqual(below, [`${time} warning: ${warning.message} (hint: ${warning.hint})`]);
  t.true(isTrouble(event));
  const [, first] = formatWatchEvent(event, true, plain).split('\n');
  t.is(first, `${time} note: ${remark.message}`);
});

test('-q leaves out events that are no trouble; every event wipes the progress line', (t) => {
  for (const isQuiet of [false, true]) {
    const streams = recordingStreams({ isTerminal: true });
    const settings = { isJson: false, isQuiet, verbosity: 0, wantsProgress: true };
    const output = new Output(streams, settings);
    streams.pass(1000);
    output.progress({ phase: 'copying', path: null, doneBytes: 1, totalBytes: 2 });
    output.event({}, () => 'quiet', false);
    output.event({}, () => 'trouble', true);
    t.is(streams.written.stdout, isQuiet ? 'trouble\n' : 'quiet\ntrouble\n');
    t.is(streams.written.stderr.endsWith('\r\u001B[K'), !isQuiet);
  }
});

test('--json prints an object on each line, with the documented fields', (t) => {
  const documented = new Map<string, string[]>();
  let kind = '';
  for (const row of section('watch').matchAll(/^\| (`[a-z]+`)? +\| `([a-zA-Z]+)` +\|/gm)) {
    kind = row[1]?.replaceAll('`', '') ?? kind;
    documented.set(kind, [...(documented.get(kind) ?? []), row[2] as string]);
  }
  const common = explainedNames(section('watch')).filter((cell) => /^(?:event|time)$/.test(cell));
  t.deepEqual(sorted(common), ['event', 'time']);
  for (const [event] of EVENTS) {
    const streams = recordingStreams();
    const settings = { isJson: true, isQuiet: false, verbosity: 0, wantsProgress: true };
    new Output(streams, settings).event(toWatchReport(event, false), () => '', false);
    t.regex(streams.written.stdout, /^[^\n]+\n$/);
    const printed = JSON.parse(streams.written.stdout) as Record<string, unknown>;
    t.deepEqual(
      sorted(Object.keys(printed)),
      sorted(['event', 'time', ...(documented.get(event.event) ?? [])]),
    );
    if (event.event === 'failed') {
      t.deepEqual(printed['error'], {
        code: 'NO_SPACE',
        exitCode: 1,
        message: full.message,
        hint: 'free some space',
      });
    }
  }
  t.deepEqual(sorted(documented.keys()), sorted(EVENTS.map(([event]) => event.event)));
});
