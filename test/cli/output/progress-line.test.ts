// The progress line: redrawn at most ten times a second, wiped before anything else, never too wide.
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { Output, type OutputSettings } from '../../../src/cli/output/output.js';
import { formatProgress } from '../../../src/cli/output/progress-line.js';
import type { ProgressEvent } from '../../../src/engine/run/run-context.js';
import { recordingStreams } from '../recording-streams.js';

const settings: OutputSettings = {
  isJson: false,
  isQuiet: false,
  verbosity: 0,
  wantsProgress: true,
};
const event: ProgressEvent = {
  phase: 'copying',
  path: 'dump.rdb',
  doneBytes: 512 * 1024,
  totalBytes: 1024 * 1024,
};
const line = 'copying 50 % (512.0 KiB of 1.0 MiB) dump.rdb';
const wipe = '\r\u001B[K';

test('a line shows the phase, the progress and the path', (t) => {
  t.is(formatProgress(event, 80), line);
  t.is(
    formatProgress({ phase: 'scanning', path: null, doneBytes: 0, totalBytes: 0 }, 80),
    'scanning',
  );
});

test('the percentage is that of the whole run where the phase is a part of it', (t) => {
  t.is(formatProgress({ ...event, share: 0.129 }, 80), line.replace('50 %', '12 %'));
  t.is(formatProgress({ ...event, share: 1 }, 80), line.replace('50 %', '100 %'));
});

test('an event that comes too early is drawn later, unless something else was written', async (t) => {
  const streams = recordingStreams({ isTerminal: true, columns: 80 });
  const output = new Output(streams, settings);
  output.progress(event);
  output.progress({ ...event, phase: 'syncing' });
  t.is(streams.written.stderr, '');
  while (streams.written.stderr === '') await pause(10);
  t.is(streams.written.stderr, wipe + line.replace('copying', 'syncing'));
  output.progress(event);
  output.account({}, () => 'statistics\n');
  await pause(200);
  t.true(streams.written.stderr.endsWith(`${wipe}statistics\n`), streams.written.stderr);
});

test('a long path loses its beginning, or all of it if there is no room', (t) => {
  const long = { ...event, path: `appendonlydir/${'x'.repeat(100)}.aof` };
  const shown = formatProgress(long, 79);
  t.is(shown.length, 79);
  t.true(shown.startsWith('copying 50 % (512.0 KiB of 1.0 MiB) …x'), shown);
  t.true(shown.endsWith('x.aof'), shown);
  t.is(formatProgress(long, 40), 'copying 50 % (512.0 KiB of 1.0 MiB)');
  t.is(formatProgress(long, 10), 'copying 50');
});

test('the line is drawn after a tenth of a second, and not more often', (t) => {
  const streams = recordingStreams({ isTerminal: true, columns: 80 });
  const output = new Output(streams, settings);
  output.progress(event);
  streams.pass(99);
  output.progress(event);
  t.is(streams.written.stderr, '');
  streams.pass(1);
  output.progress(event);
  output.progress(event);
  t.is(streams.written.stderr, wipe + line);
  streams.pass(100);
  output.progress(event);
  t.is(streams.written.stderr, wipe + line + wipe + line);
});

test('the line is wiped before anything else is written', (t) => {
  const streams = recordingStreams({ isTerminal: true, columns: 80 });
  const output = new Output(streams, settings);
  streams.pass(100);
  output.progress(event);
  output.account({}, () => 'statistics\n');
  output.account({}, () => 'more\n');
  t.is(streams.written.stderr, `${wipe}${line}${wipe}statistics\nmore\n`);
});

const SILENT: [why: string, isTerminal: boolean, term: string, changes: Partial<OutputSettings>][] =
  [
    ['without a terminal', false, 'xterm', { verbosity: 1 }],
    ['on a dumb terminal', true, 'dumb', {}],
    ['with -q', true, 'xterm', { isQuiet: true }],
    ['with --no-progress', true, 'xterm', { wantsProgress: false }],
  ];

for (const [why, isTerminal, term, changes] of SILENT) {
  test(`nothing is drawn ${why}`, (t) => {
    const streams = recordingStreams({ isTerminal, environment: { TERM: term } });
    const output = new Output(streams, { ...settings, ...changes });
    streams.pass(1000);
    output.progress(event);
    t.is(streams.written.stderr, '');
  });
}

test('an export shows its rate and the time that is left, once they are known', (t) => {
  let nowMs = 0;
  const streams = {
    ...recordingStreams({ isTerminal: true, columns: 80 }),
    monotonicMs: () => nowMs,
  };
  const output = new Output(streams, settings);
  const show = (doneMiB: number, atMs: number): string | undefined => {
    nowMs = atMs;
    const MIB = 1024 * 1024;
    output.progress({
      phase: 'exporting',
      path: 'dump.rdb',
      doneBytes: doneMiB * MIB,
      totalBytes: 1000 * MIB,
    });
    return streams.written.stderr.split(wipe).at(-1);
  };
  t.is(show(0, 200), 'exporting 0 % (0 B of 1000.0 MiB) dump.rdb');
  t.is(show(5, 400), 'exporting 0 % (5.0 MiB of 1000.0 MiB) dump.rdb');
  t.is(show(50, 2200), 'exporting 5 % (50.0 MiB of 1000.0 MiB, 25.0 MiB/s, 38 s left) dump.rdb');
  t.is(
    show(60, 60_200),
    'exporting 6 % (60.0 MiB of 1000.0 MiB, 1.0 MiB/s, 15 min 40 s left) dump.rdb',
  );
  t.is(
    show(1000, 100_200),
    'exporting 100 % (1000.0 MiB of 1000.0 MiB, 10.0 MiB/s, 0 s left) dump.rdb',
  );
});
