// Only our own lines of a crontab are ever changed.
import { execFileSync } from 'node:child_process';
import test from 'ava';
import {
  crontabEntry,
  entriesOf,
  withEntry,
  withoutEntry,
} from '../../../../src/engine/automation/schedule/crontab.js';
import type { ScheduledRun } from '../../../../src/engine/automation/schedule/scheduled-run.js';
import { dailyAt } from '../../../../src/engine/automation/schedule/timing.js';
import { UsageError } from '../../../../src/errors.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { runOf } from '../../../support/schedule/scheduled-run.js';

const OTHERS = 'MAILTO=root\n# a remark\n17 * * * * root run-parts /etc/cron.hourly\n';

function runAt(repository: string, words: readonly string[] = ['echo', 'x']): ScheduledRun {
  return runOf({ words, repository: pathFromText(repository) });
}

const entry = (repository: string, hour = 2) => crontabEntry(dailyAt(hour, 0), runAt(repository));

test('a line is put at its end, replaced where it is, and taken away', (t) => {
  const one = withEntry(OTHERS, entry('/srv/one'));
  t.is(one, `${OTHERS}0 2 * * * echo x # redis-rewind schedule /srv/one\n`);
  const two = withEntry(one, entry('/srv/two'));
  const moved = withEntry(two, entry('/srv/one', 5));
  t.is(
    moved,
    two.replace(
      '0 2 * * * echo x # redis-rewind schedule /srv/one',
      '0 5 * * * echo x # redis-rewind schedule /srv/one',
    ),
  );
  t.deepEqual(
    entriesOf(moved).map(({ repository }) => repository),
    ['/srv/one', '/srv/two'],
  );
  t.is(withoutEntry(moved, '/srv/one'), withEntry(OTHERS, entry('/srv/two')));
  t.is(withoutEntry(moved, '/srv'), null);
  t.is(withoutEntry(withEntry('', entry('/srv/one')), '/srv/one'), '');
});

test('a line without a line feed at its end, a line twice, and one that is put out of work', (t) => {
  t.is(withEntry('0 1 * * * x', entry('/r')), `0 1 * * * x\n${entry('/r').line}\n`);
  const twice = `${entry('/r').line}\n${OTHERS}${entry('/r', 3).line}\n`;
  t.is(withEntry(twice, entry('/r', 4)), `${entry('/r', 4).line}\n${OTHERS}`);
  const off = `# ${entry('/r').line}\n`;
  t.is(withoutEntry(off, '/r'), null);
});

test('a shell and cron read each word as it was typed', (t) => {
  const words = ['printf', '[%s]', "it's", '100%', '$HOME', '--keep-daily', '7', 'a b', '#no'];
  const { line } = crontabEntry(dailyAt(0, 0), runAt('/srv/a b/50%', words));
  // cron makes `\%` a percent sign, and gives the rest to sh.
  const command = line.replace(/^0 0 \* \* \* /, '').replaceAll(String.raw`\%`, '%');
  const said = execFileSync('sh', ['-c', command], { encoding: 'utf8' });
  t.is(
    said,
    words
      .slice(2)
      .map((word) => `[${word}]`)
      .join(''),
  );
  t.is(entriesOf(line)[0]?.repository, '/srv/a b/50%');
});

test('a file with variables is read first', (t) => {
  const run = { ...runAt('/r'), environmentFile: pathFromText('/etc/my env') };
  t.is(
    crontabEntry(dailyAt(0, 0), run).line,
    "0 0 * * * set -a; . '/etc/my env'; set +a; exec echo x # redis-rewind schedule /r",
  );
});

test('a line feed would be a second line', (t) => {
  t.throws(() => crontabEntry(dailyAt(0, 0), runAt('/r', ['a\n* * * * * evil'])), {
    instanceOf: UsageError,
  });
});
