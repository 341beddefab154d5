// A line is taken for the right command, with and without a command's name.
import test from 'ava';
import { chooseCommand } from '../../src/cli/choose-command.js';
import type { CommandName } from '../../src/cli/options/option-spec.js';
import { parseArguments } from '../../src/cli/options/parse-arguments.js';
import { UsageError } from '../../src/errors.js';

function choose(line: string) {
  return chooseCommand(parseArguments(line.split(' ')));
}

const CHOICES: [line: string, command: CommandName, operands: string[]][] = [
  ['backup /s /r', 'backup', ['/s', '/r']],
  ['restore -r now /r/dump.rdb /d', 'restore', ['/r/dump.rdb', '/d']],
  ['restore /r /d', 'restore', ['/r', '/d']],
  ['list /r', 'list', ['/r']],
  ['--json list --files -r 3D /r', 'list', ['/r']],
  ['verify -r 5B /r', 'verify', ['/r']],
  ['info /r', 'info', ['/r']],
  ['status /r', 'status', ['/r']],
  ['status /r /s /t', 'status', ['/r', '/s', '/t']],
  ['/var/lib/redis /home/sammy/redis', 'backup', ['/var/lib/redis', '/home/sammy/redis']],
  [
    '--preserve-numerical-ids --no-file-statistics /var/lib/redis /home/sammy/redis',
    'backup',
    ['/var/lib/redis', '/home/sammy/redis'],
  ],
  ['-v5 --print-statistics /s /r', 'backup', ['/s', '/r']],
  ['-b /s /r', 'backup', ['/s', '/r']],
  ['--backup-mode --terminal-verbosity 5 /s /r', 'backup', ['/s', '/r']],
  ['backup --print-statistics --no-hard-links /s /r', 'backup', ['/s', '/r']],
  ['--api-version 201 --new -v5 backup --create-full-path /s /r', 'backup', ['/s', '/r']],
  ['--exclude-sockets --exclude **/x /s /r', 'backup', ['/s', '/r']],
  ['help /r', 'backup', ['help', '/r']],
  ['redis /backup', 'backup', ['redis', '/backup']],
  ['./backup /r', 'backup', ['./backup', '/r']],
  ['./test /r', 'backup', ['./test', '/r']],
  [
    '-r now /home/sammy/redis/dump.rdb /var/lib/redis/dump.rdb',
    'restore',
    ['/home/sammy/redis/dump.rdb', '/var/lib/redis/dump.rdb'],
  ],
  ['--restore-as-of 10D /r/appendonlydir /d', 'restore', ['/r/appendonlydir', '/d']],
  ['--at 2026-11-22 /r /d', 'restore', ['/r', '/d']],
  ['--force -r 3D /r /d', 'restore', ['/r', '/d']],
];

for (const [line, command, operands] of CHOICES) {
  test(`'${line}' is a ${command}`, (t) => {
    const chosen = choose(line);
    t.is(chosen.command.name, command);
    t.deepEqual(chosen.operands, operands);
  });
}

const ERRORS: [line: string, message: string, hint: string][] = [
  ['-v', 'no command given', "see 'redis-rewind --help'"],
  [
    'bakcup /s /r',
    "unknown command 'bakcup'",
    "did you mean 'backup'? (write a folder of that name as './bakcup')",
  ],
  ['lits', "unknown command 'lits'", "did you mean 'list'?"],
  ['stats', "unknown command 'stats'", "did you mean 'status'?"],
  [
    'regress /r /s',
    "'regress' is a command of rdiff-backup, not of redis-rewind",
    "leave it out: the next backup cleans up after a failed one (write a folder of that name as './regress')",
  ],
  [
    'list increments /r',
    "'list increments' is a command of rdiff-backup",
    "leave the word out: 'redis-rewind list REPO' lists the snapshots",
  ],
  [
    'list files /r',
    "'list files' is a command of rdiff-backup",
    "'redis-rewind list --files -r TIME REPO' lists the files of a snapshot",
  ],
  [
    'backup --redis /r',
    "'/r' was taken for the URL of --redis, and backup lacks REPO",
    "write '--redis redis://127.0.0.1 REPO'",
  ],
  [
    'backup /s',
    "backup takes SOURCE and REPO, but only '/s' was given",
    "to back up a running server, leave SOURCE out: '--redis redis://127.0.0.1 REPO'",
  ],
  [
    'backup redis://:secret@h /s /r',
    'the URL of a server stands where a path is expected',
    "give the URL with '--redis URL'",
  ],
  [
    '/s /r /x',
    "backup takes SOURCE and REPO, but '/s' '/r' '/x' was given",
    "see 'redis-rewind backup --help'",
  ],
  [
    '-r now /r',
    "restore takes REPO[/PATH] and DEST, but '/r' was given",
    "see 'redis-rewind restore --help'",
  ],
  [
    'restore -r 2026-11-28 05:16:10 +00:00 /r /d',
    "restore takes REPO[/PATH] and DEST, but '05:16:10' '+00:00' '/r' '/d' was given",
    'a TIME with blanks needs quotes: "2026-11-28 05:16:10 +00:00"',
  ],
  [
    'list --changed-since 2026-11-28 05:16 /r',
    "list takes REPO, but '05:16' '/r' was given",
    'a TIME with blanks needs quotes: "2026-11-28 05:16"',
  ],
  [
    'restore -r /r /d',
    "restore takes REPO[/PATH] and DEST, but '/d' was given",
    "'-r, --at' needs TIME, and took the path after it for that",
  ],
  [
    'list --changed-since /r',
    'list takes REPO, but nothing was given',
    "'--changed-since' needs TIME, and took the path after it for that",
  ],
  [
    'backup -p 6379 -a /r',
    'backup takes SOURCE and REPO, but nothing was given',
    "'-a, --auth' needs PASSWORD, and took the path after it for that",
  ],
  [
    'verify --repair --source /s',
    'verify takes REPO, but nothing was given',
    "see 'redis-rewind verify --help'",
  ],
  ['help restor', "unknown command 'restor'", "did you mean 'restore'?"],
  ['help snapshots', "unknown command 'snapshots'", "see 'redis-rewind --help'"],
  ['list', 'list takes REPO, but nothing was given', "see 'redis-rewind list --help'"],
  ['list this /r', "list takes REPO, but 'this' '/r' was given", "see 'redis-rewind list --help'"],
  [
    'backup -r now /s /r',
    "option '-r, --at' does not go with backup",
    "see 'redis-rewind backup --help'",
  ],
  [
    'list --exclude x /r',
    "option '--exclude' does not go with list",
    "see 'redis-rewind list --help'",
  ],
  [
    '/s /r --chown redis:redis',
    "option '--chown' does not go with backup",
    "see 'redis-rewind backup --help'",
  ],
];

for (const [line, message, hint] of ERRORS) {
  test(`'${line}' is wrong usage: ${message}`, (t) => {
    const error = t.throws(() => choose(line), { instanceOf: UsageError });
    t.is(error?.message, message);
    t.is(error?.hint, hint);
  });
}

test('-b does not go with a restore', (t) => {
  t.throws(() => choose('-b -r now /r /d'), {
    message: "option '--backup-mode' does not go with restore",
  });
});

for (const line of ['backup -p 6380 /r', '--redis redis://h /r', 'backup -s /sock /s /r']) {
  test(`'${line}' is a backup of a server`, (t) => {
    const { command, operands } = chooseCommand(parseArguments(line.split(' ')));
    t.is(command.name, 'backup');
    t.is(operands.at(-1), '/r');
  });
}

test('the removals of rdiff-backup mean remove', (t) => {
  for (const line of [
    'remove increments --older-than 3W /r',
    '--remove-older-than 3W /r',
    '--remove-older-than 3W --force r',
    'remove --older-than 3W /r',
  ]) {
    const { command, operands } = choose(line);
    t.is(command.name, 'remove', line);
    t.is(operands.length, 1, line);
  }
  t.deepEqual(choose('remove increments').operands, ['increments']);
});
