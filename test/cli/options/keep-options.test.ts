import test from 'ava';
import { toNightRules } from '../../../src/cli/commands/backup.js';
import { toRemovalRequest } from '../../../src/cli/commands/remove.js';
import { parseArguments } from '../../../src/cli/options/parse-arguments.js';
import { chooseCommand } from '../../../src/cli/choose-command.js';
import { UsageError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';

const RULES =
  '--keep-last 1 --keep-hourly 2 --keep-daily 3 --keep-weekly 4 --keep-monthly 5 --keep-yearly 6 --keep-within 1D12h';
const RULES_READ = {
  last: 1,
  buckets: { hourly: 2, daily: 3, weekly: 4, monthly: 5, yearly: 6 },
  withinSeconds: 129_600,
};

function removal(line: string) {
  const parsed = parseArguments(`remove ${line} /r`.split(' '));
  return toRemovalRequest(parsed, chooseCommand(parsed).operands, pathFromText);
}

for (const command of ['backup', 'watch']) {
  test(`every keep rule of ${command} is read, and without any there is no removal`, (t) => {
    t.deepEqual(toNightRules(parseArguments(`${command} ${RULES} /s /r`.split(' '))), RULES_READ);
    t.is(toNightRules(parseArguments([command, '/s', '/r'])), null);
  });
}

test('every rule and option of remove reaches the request', (t) => {
  const request = removal(`${RULES} --older-than 3W --dry-run --force --alarm 10 --wait-lock 2`);
  t.like(request, {
    repository: pathFromText('/r'),
    selection: { kind: 'rules', rules: RULES_READ },
    dryRun: true,
    force: true,
    alarmPercent: 10,
    waitLockMs: 2000,
  });
});

test('numbers and ranges of snapshots are put together', (t) => {
  const { selection } = removal('--snapshot 7 --snapshot 2-4 --snapshot 3');
  t.deepEqual(selection, {
    kind: 'named',
    ranges: [
      { first: 7, last: 7 },
      { first: 2, last: 4 },
      { first: 3, last: 3 },
    ],
  });
});

for (const line of [
  '',
  '--keep-last',
  '--keep-last -1',
  '--keep-last 1.5',
  '--keep-last 1e3',
  '--keep-daily x',
  '--keep-daily 12345678901',
  '--keep-within 3',
  '--keep-within now',
  '--keep-within 2026-11-28',
  '--alarm 0 --keep-last 1',
  '--alarm 101 --keep-last 1',
  '--alarm -5 --keep-last 1',
  '--snapshot 0',
  '--snapshot 9-3',
  '--snapshot 3-',
  '--snapshot ##3',
  '--snapshot 3 --keep-last 1',
  '--snapshot 3 --older-than 1D',
  '--older-than yesterday',
]) {
  test(`'remove ${line}' is wrong usage`, (t) => {
    t.throws(() => removal(line.trim()), { instanceOf: UsageError });
  });
}
