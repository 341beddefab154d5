import { readFileSync } from 'node:fs';

import test from 'ava';
import * as fc from 'fast-check';

import { type AofScan, AofScanStream } from '../../../src/persistence/aof/aof-scan.js';
import { cut } from '../../delta/run-delta.js';
import { fixturePath } from '../../support/program/project-paths.js';

function command(...words: (string | Uint8Array)[]): Buffer {
  const parts = words.flatMap((word) => {
    const bytes = Buffer.from(word);
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')];
  });
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
}

function scan(bytes: Uint8Array, pieceBytes = Math.max(1, bytes.length)): AofScan {
  const stream = new AofScanStream();
  for (const piece of cut(bytes, pieceBytes)) stream.push(piece);
  return stream.finish();
}

const SET = command('SET', 'k', 'v');
const SELECT = command('SELECT', '0');
const MULTI = command('MULTI');
const EXEC = command('exec');

test('whole commands are counted, and nothing is to be cut', (t) => {
  const bytes = Buffer.concat([SELECT, SET, command('SET', '', Buffer.alloc(300_000, 13))]);
  t.deepEqual(scan(bytes), {
    commands: 3,
    wholeBytes: bytes.length,
    firstTimeSeconds: null,
    lastTimeSeconds: null,
    end: { kind: 'whole' },
  });
});

test('an empty file is whole', (t) => {
  t.deepEqual(scan(Buffer.alloc(0)).end, { kind: 'whole' });
});

test('a file cut anywhere is whole up to the last command before', (t) => {
  const parts = [
    SELECT,
    SET,
    Buffer.from('#TS:1700000000\r\n'),
    command('SET', 'key', 'x\r\n*1'),
    SET,
  ];
  const bytes = Buffer.concat(parts);
  const ends = parts.map((_, index) => Buffer.concat(parts.slice(0, index + 1)).length);
  for (let length = 0; length <= bytes.length; length++) {
    const { wholeBytes, end } = scan(bytes.subarray(0, length), 7);
    const whole = ends.findLast((each) => each <= length) ?? 0;
    t.is(wholeBytes, whole, `${length} bytes`);
    // A server also takes an annotation that is cut.
    const isAnnotation = bytes.subarray(whole, whole + 1).toString() === '#';
    t.is(end.kind, whole === length || isAnnotation ? 'whole' : 'cut', `${length} bytes`);
  }
});

test('a transaction without EXEC is left out from MULTI on', (t) => {
  const before = Buffer.concat([SELECT, SET]);
  const open = scan(Buffer.concat([before, MULTI, SET, SET]));
  t.is(open.wholeBytes, before.length);
  t.deepEqual(open.end, { kind: 'cut', isTransaction: true });
  const closed = Buffer.concat([before, MULTI, SET, SET, EXEC]);
  t.is(scan(closed).wholeBytes, closed.length);
  t.is(scan(closed).commands, 6);
});

test('only a command named MULTI begins a transaction, whatever its arguments', (t) => {
  const bytes = Buffer.concat([command('SET', 'MULTI', 'MULTI'), command('MULTIX'), EXEC]);
  t.is(scan(bytes).wholeBytes, bytes.length);
  const open = scan(Buffer.concat([bytes, command('MULTI', 'x'), SET]));
  t.is(open.wholeBytes, bytes.length);
  t.deepEqual(open.end, { kind: 'cut', isTransaction: true });
});

test('the times of commands are read', (t) => {
  const bytes = Buffer.concat([
    Buffer.from('#TS:1700000000\r\n'),
    SET,
    Buffer.from('#something else\r\n#TS:1700000009\r\n'),
    SET,
  ]);
  const { firstTimeSeconds, lastTimeSeconds } = scan(bytes);
  t.deepEqual([firstTimeSeconds, lastTimeSeconds], [1_700_000_000, 1_700_000_009]);
});

test('offsets count from where the commands begin in the file', (t) => {
  const stream = new AofScanStream(2 ** 40);
  stream.push(SET);
  stream.push(SET.subarray(0, 5));
  t.is(stream.finish().wholeBytes, 2 ** 40 + SET.length);
});

for (const [what, bytes, at, reason] of [
  ['text', Buffer.from('hello'), 0, 'unexpected-byte'],
  ['an RDB', Buffer.from('REDIS0010'), 0, 'unexpected-byte'],
  ['a command without arguments', Buffer.from('*0\r\n'), 3, 'no-arguments'],
  ['a negative count', Buffer.from('*-1\r\n'), 4, 'no-arguments'],
  [
    'a count of 2^40, of which a server keeps 0',
    Buffer.from('*1099511627776\n'),
    14,
    'no-arguments',
  ],
  ['a count beyond 64 bits', Buffer.from(`*${'9'.repeat(30)}\n`), 31, 'no-arguments'],
  ['no digits', Buffer.from('*\r\n'), 2, 'no-arguments'],
  ['a NUL for a count', Buffer.from('*\x001\r\n'), 4, 'unexpected-byte'],
  ['a negative length', Buffer.from('*1\r\n$-1\r\n'), 8, 'bad-length'],
  ['a length beyond all memory', Buffer.from('*1\r\n$140737488355328\n'), 20, 'bad-length'],
  ['an argument without its mark', Buffer.from('*1\r\n:1\r\n'), 4, 'unexpected-byte'],
  ['a body that is longer than it says', Buffer.from('*1\r\n$1\r\nab\r\n'), 11, 'unexpected-byte'],
  ['an empty name', Buffer.from('*1\r\n$0\r\n\r\n'), 9, 'no-command'],
  ['a name of zeros', Buffer.from('*1\r\n$3\r\n\0\0\0\r\n'), 12, 'no-command'],
  [
    'a name of zeros before an argument',
    Buffer.from('*2\r\n$3\r\n\0\0\0\r\n$1\r\nx\r\n'),
    12,
    'no-command',
  ],
  ['an annotation too long', Buffer.from(`#${'x'.repeat(2000)}\r\n`), 1023, 'unexpected-byte'],
] as const) {
  test(`${what} stops the scan at its byte, whatever comes before`, (t) => {
    for (const pieceBytes of [1, 5, 4096]) {
      const { end } = scan(Buffer.concat([SET, bytes, SET]), pieceBytes);
      t.like(end, { kind: 'stopped', reason, stoppedAt: SET.length + at });
    }
  });
}

for (const [what, text] of [
  ['line feeds alone', '*3\n$3\nSET\r\n$1\nk\r\n$1\nv\r\n'],
  ['signs and spaces before numbers', '* +3\r\n$\t3\r\nSET\r\n$+1\r\nk\r\n$ 1\r\nv\r\n'],
  ['letters and a NUL after numbers', '*3x\r\n$3\0junk\r\nSET\r\n$1 1\r\nk\r\n$1.9\r\nv\r\n'],
  ['any two bytes after a body', '*3\r\n$3\r\nSETab$1\r\nkcd$1\r\nv\0\0'],
  ['a count of which 32 bits are 3', '*4294967299\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n'],
  ['a line that ends at 1023 bytes', `*3${' '.repeat(1021)}$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n`],
  ['an annotation that ends at 1023 bytes', `#${'x'.repeat(1022)}${SET.toString()}`],
  ['an annotation without an end', `${SET.toString()}#TS:17`],
  ['EXEC without MULTI', `${EXEC.toString()}${SET.toString()}`],
] as const) {
  test(`${what}, as a server takes them`, (t) => {
    const bytes = Buffer.from(text, 'latin1');
    for (const pieceBytes of [1, 5, 4096]) t.is(scan(bytes, pieceBytes).end.kind, 'whole');
  });
}

for (const [what, text, kind] of [
  ['a count', '*', 'cut'],
  ['a count of which there are digits', '*1', 'cut'],
  ['a count of 0', '*0', 'stopped'],
  ['a NUL for a count', '*\0', 'cut'],
  ['a length', '*1\r\n$', 'cut'],
  ['a negative length', '*1\r\n$-1', 'stopped'],
  ['a body', '*1\r\n$4\r\nPI', 'cut'],
  ['the arguments of a name that no command has', '*2\r\n$3\r\n\0\0\0\r\n$9\r\nx', 'cut'],
  ['one of the bytes after a body', '*1\r\n$4\r\nPING\r', 'cut'],
] as const) {
  test(`a file that ends within ${what} is ${kind}`, (t) => {
    t.is(scan(Buffer.from(text)).end.kind, kind);
    t.is(scan(Buffer.from(text)).wholeBytes, 0);
  });
}

test('what redis 7.0 wrote is whole', (t) => {
  for (const name of [
    '1/appendonlydir/appendonly.aof.2.incr.aof',
    '3/appendonlydir/appendonly.aof.3.incr.aof',
  ]) {
    const bytes = readFileSync(
      fixturePath('redis-data', '7.0-rdb-and-multipart-aof', ...name.split('/')),
    );
    const { wholeBytes, end } = scan(bytes);
    t.is(wholeBytes, bytes.length, name);
    t.is(end.kind, 'whole', name);
  }
});

test('pieces of any length give the same scan', (t) => {
  const arbitrary = fc.uint8Array({ maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(fc.array(arbitrary, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 50 }),
      fc.nat(),
      fc.nat({ max: 255 }),
      (commands, pieceBytes, at, byte) => {
        const bytes = Buffer.concat(commands.map((words) => command(...words)));
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        t.deepEqual(scan(bytes, pieceBytes), scan(bytes));
      },
    ),
  );
});
