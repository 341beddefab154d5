// The units of a schedule.
import test from 'ava';
import { makeUnits } from '../../../../src/engine/automation/schedule/systemd-units.js';
import { dailyAt, fromCron } from '../../../../src/engine/automation/schedule/timing.js';
import { UsageError } from '../../../../src/errors.js';
import { runOf } from '../../../support/schedule/scheduled-run.js';

test('words are quoted as systemd.service(5) has it', (t) => {
  const words = ['/usr/bin/printf', '[%s]', "it's", '100%', '$HOME', 'a b', '"q"', '\\'];
  const { service } = makeUnits(dailyAt(0, 0), runOf({ words }));
  const [, line = ''] = /^ExecStart=(.*)$/m.exec(service) ?? [];
  t.is(line, String.raw`/usr/bin/printf "[%%s]" "it's" 100%% $$HOME "a b" "\"q\"" "\\"`);
});

test('what systemd has no words for is refused', (t) => {
  const timing = fromCron('30 2 * * 1-5');
  if (timing === null) throw new Error('the fields are sound');
  t.throws(() => makeUnits(timing, runOf()), { instanceOf: UsageError, message: /--cron/ });
  t.throws(() => makeUnits(dailyAt(0, 0), runOf({ words: ['/bin/a', 'b\nUser=x'] })), {
    instanceOf: UsageError,
  });
});
