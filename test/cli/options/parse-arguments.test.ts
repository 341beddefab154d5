// argv is read correctly: options, values, the order of rules, and the options of rdiff-backup.
import test from 'ava';
import {
  glanceAt,
  type ParsedArguments,
  parseArguments,
} from '../../../src/cli/options/parse-arguments.js';
import { ACCEPTED_OPTIONS } from '../../../src/cli/options/rdiff-backup-options.js';
import { UsageError } from '../../../src/errors.js';

function summarize(parsed: ParsedArguments): object {
  return {
    operands: parsed.operands,
    counts: Object.fromEntries(parsed.counts),
    values: Object.fromEntries(parsed.values),
  };
}

const READINGS: [line: string, expected: object][] = [
  ['backup /s /r', { operands: ['backup', '/s', '/r'], counts: {}, values: {} }],
  ['--json /s', { operands: ['/s'], counts: { json: 1 }, values: {} }],
  ['-vv /s', { operands: ['/s'], counts: { verbose: 2 }, values: {} }],
  ['-v -q -v', { operands: [], counts: { verbose: 2, quiet: 1 }, values: {} }],
  ['-r 3D /r /d', { operands: ['/r', '/d'], counts: { at: 1 }, values: { at: ['3D'] } }],
  ['-r3D /r', { operands: ['/r'], counts: { at: 1 }, values: { at: ['3D'] } }],
  ['-qr 3D', { operands: [], counts: { quiet: 1, at: 1 }, values: { at: ['3D'] } }],
  ['--at=now', { operands: [], counts: { at: 1 }, values: { at: ['now'] } }],
  ['--at now', { operands: [], counts: { at: 1 }, values: { at: ['now'] } }],
  ['--restore-as-of now', { operands: [], counts: { at: 1 }, values: { at: ['now'] } }],
  ['--restore-as-of=5B', { operands: [], counts: { at: 1 }, values: { at: ['5B'] } }],
  ['/s -q /r', { operands: ['/s', '/r'], counts: { quiet: 1 }, values: {} }],
  ['-- -q --json', { operands: ['-q', '--json'], counts: {}, values: {} }],
  ['- 0x10 007', { operands: ['-', '0x10', '007'], counts: {}, values: {} }],
  ['--also a --also b', { operands: [], counts: { also: 2 }, values: { also: ['a', 'b'] } }],
  ['--also=-odd', { operands: [], counts: { also: 1 }, values: { also: ['-odd'] } }],
];

for (const [line, expected] of READINGS) {
  test(`'${line}' is read as ${JSON.stringify(expected)}`, (t) => {
    t.deepEqual(summarize(parseArguments(line.split(' '))), expected);
  });
}

const VERBOSITIES: [line: string, verbose: number, quiet: number, operands: string[]][] = [
  ['-v5 /s /r', 1, 0, ['/s', '/r']],
  ['-v 5 /s /r', 1, 0, ['/s', '/r']],
  ['-v 3 /s /r', 0, 0, ['/s', '/r']],
  ['-v3 /s', 0, 0, ['/s']],
  ['-v0 /s', 0, 1, ['/s']],
  ['-v9 /s', 1, 0, ['/s']],
  ['-v9 -v2 /s', 0, 1, ['/s']],
  ['--verbosity 4 /s', 1, 0, ['/s']],
  ['--verbosity=2 /s', 0, 1, ['/s']],
  ['--terminal-verbosity 5 /s', 1, 0, ['/s']],
  ['-v /s 5', 1, 0, ['/s', '5']],
  ['-v 55', 1, 0, ['55']],
  ['-v ./5', 1, 0, ['./5']],
  ['-bv5 /s', 1, 0, ['/s']],
  ['--print-statistics /s', 1, 0, ['/s']],
];

for (const [line, verbose, quiet, operands] of VERBOSITIES) {
  test(`'${line}' asks for verbosity ${verbose} and quiet ${quiet}`, (t) => {
    const parsed = parseArguments(line.split(' '));
    t.is(parsed.counts.get('verbose') ?? 0, verbose);
    t.is(parsed.counts.get('quiet') ?? 0, quiet);
    t.deepEqual(parsed.operands, operands);
  });
}

test('the order between --include and --exclude is kept', (t) => {
  const line = '--exclude a --include b /s --include=c --exclude d /r';
  const parsed = parseArguments(line.split(' '));
  t.deepEqual(parsed.rules, [
    { kind: 'exclude', pattern: 'a' },
    { kind: 'include', pattern: 'b' },
    { kind: 'include', pattern: 'c' },
    { kind: 'exclude', pattern: 'd' },
  ]);
  t.deepEqual(parsed.operands, ['/s', '/r']);
});

const ERRORS: [line: string, message: string, hint: string | undefined][] = [
  ['-h', "option '-h' needs a value", "-h is the host of a server; '--help' helps"],
  [
    '-a -secret /r',
    "option '-a' needs a value, but '-…' follows it",
    "write a value that begins with a dash as '-a-…'",
  ],
  ['--hlep', "unknown option '--hlep'", "did you mean '--help'?"],
  ['--jsno', "unknown option '--jsno'", "did you mean '--json'?"],
  ['--exclud=x', "unknown option '--exclud'", "did you mean '--exclude'?"],
  [
    '--preserve-numeric-ids',
    "unknown option '--preserve-numeric-ids'",
    "did you mean '--preserve-numerical-ids'?",
  ],
  ['--zzzzzz', "unknown option '--zzzzzz'", "see 'redis-rewind --help'"],
  [
    '--list-increments /r',
    "unknown option '--list-increments'",
    "'redis-rewind list REPO' lists the snapshots",
  ],
  ['-l /r', "unknown option '-l'", "'redis-rewind list REPO' lists the snapshots"],
  ['--json=yes', "option '--json' takes no value, but 'yes' was given", undefined],
  ['--no-hard-links=1', "option '--no-hard-links' takes no value, but '1' was given", undefined],
  ['--exclude', "option '--exclude' needs a value", undefined],
  ['--exclude=', "option '--exclude' needs a value", undefined],
  ['-r', "option '-r' needs a value", undefined],
  [
    '--exclude --json',
    "option '--exclude' needs a value, but '--json' follows it",
    "write a value that begins with a dash as '--exclude=--json'",
  ],
  [
    '-r -5',
    "option '-r' needs a value, but '-5' follows it",
    "write a value that begins with a dash as '-r-5'",
  ],
  ['-r now --at 3D', "option '--at' is given more than once", undefined],
  ['--terminal-verbosity x', "'x' is not a verbosity", 'give a number from 0 to 9'],
  ['--tempdir', "option '--tempdir' needs a value", undefined],
];

for (const [line, message, hint] of ERRORS) {
  test(`'${line}' is wrong usage: ${message}`, (t) => {
    const error = t.throws(() => parseArguments(line.split(' ')), { instanceOf: UsageError });
    t.is(error?.message, message);
    t.is(error?.hint, hint);
  });
}

for (const [name, { takesValue }] of ACCEPTED_OPTIONS) {
  test(`rdiff-backup's --${name} changes nothing`, (t) => {
    const parsed = parseArguments([`--${name}`, ...(takesValue ? ['x'] : []), '/s', '/r']);
    t.deepEqual(summarize(parsed), { operands: ['/s', '/r'], counts: {}, values: {} });
  });
}

test('help, version and JSON are seen even in a line that is wrong', (t) => {
  t.deepEqual(glanceAt(['--nonsense', 'list', '--json', '--help']), {
    asksForHelp: true,
    asksForVersion: false,
    wantsJson: true,
    firstOperand: 'list',
  });
  t.true(glanceAt(['-V']).asksForVersion);
});

test('a word after -- or an option’s value does not ask for help', (t) => {
  t.deepEqual(glanceAt(['--exclude', '--help', '--', '--json']), {
    asksForHelp: false,
    asksForVersion: false,
    wantsJson: false,
    firstOperand: '--json',
  });
});
