// AOFs of one incr file: everything that may stand in it.
import { crc64 } from '../../../../src/persistence/rdb/crc64.js';
import { writeRdb } from '../data/rdb-writer.js';
import { type AofCase, INCR, MANIFEST, command, set } from './aof-case.js';

type Exceptions = Pick<AofCase, 'serverException' | 'checkException'>;

const CR_LF: Exceptions = { checkException: 'redis-check-aof wants CR LF' };
const MULTI_COUNT: Exceptions = { checkException: 'redis-check-aof counts MULTI and EXEC' };
const CHECK_NOT_RUN: Exceptions = { checkException: 'redis-check-aof does not run commands' };
const NOT_RUN: Exceptions = { serverException: 'commands are not run', ...CHECK_NOT_RUN };
const ALL_BITS: Exceptions = { checkException: 'redis-check-aof keeps all bits of a count' };
const SHORT_LINES: Exceptions = { checkException: 'redis-check-aof reads shorter lines' };

export function logCase(name: string, log: string | Buffer, exceptions: Exceptions = {}): AofCase {
  const bytes = typeof log === 'string' ? Buffer.from(log, 'latin1') : log;
  return {
    name,
    files: { [MANIFEST]: Buffer.from(`file ${baseOf(INCR)} seq 1 type i\n`), [INCR]: bytes },
    loaded: [INCR],
    checked: INCR,
    ...exceptions,
  };
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const SET_1 = set(1);
const SET_2 = set(2);
const SET_3 = set(3);
const BODIES = SET_2.slice('*3\r\n'.length);
const MULTI = command('MULTI');
const EXEC = command('EXEC');

/** The texts that a number may have on its line; `loads` only says what differs from redis-check-aof. */
const COUNTS: readonly (readonly [string, Exceptions?])[] = [
  ['3'],
  ['+3'],
  [' 3'],
  ['\t3'],
  ['\v\f3'],
  ['003'],
  ['+ 3'],
  ['--3'],
  ['-3'],
  ['0'],
  ['-0'],
  [''],
  ['x'],
  ['0x3'],
  ['3x', CR_LF],
  ['3 4', CR_LF],
  ['3.9', CR_LF],
  ['3\0', CR_LF],
  ['\x003'],
  ['4294967299', ALL_BITS],
  ['-4294967293', ALL_BITS],
  ['1099511627776'],
  ['9223372036854775807'],
  ['99999999999999999999'],
  ['-99999999999999999999'],
  ['2'],
  ['4'],
];

const LENGTHS: readonly (readonly [string, Exceptions?])[] = [
  ['2'],
  ['+2'],
  [' 2'],
  ['002'],
  ['2x', CR_LF],
  ['2\0', CR_LF],
  ['2 2', CR_LF],
  [''],
  ['x'],
  ['0'],
  ['1'],
  ['3'],
  ['6'],
  ['-1'],
  ['-99999999999999999999'],
  ['99999999999999999999'],
  ['140737488355328'],
  ['1000000'],
];

function numberCases(): AofCase[] {
  const shown = (text: string): string => JSON.stringify(text);
  return [
    ...COUNTS.map(([text, except]) =>
      logCase(`the count ${shown(text)}`, `${SET_1}*${text}\r\n${BODIES}${SET_3}`, except),
    ),
    ...LENGTHS.map(([text, except]) =>
      logCase(
        `the length ${shown(text)}`,
        `${SET_1}*3\r\n$3\r\nSET\r\n$${text}\r\nk2\r\n$1\r\nv\r\n${SET_3}`,
        except,
      ),
    ),
  ];
}

function cutCases(): AofCase[] {
  const within = (name: string, text: string, every: number): AofCase[] =>
    Array.from({ length: Math.floor((text.length - 1) / every) }, (_, index) => {
      const length = (index + 1) * every;
      return logCase(`${name} cut after ${length}`, SET_1 + text.slice(0, length));
    });
  return [
    ...within('a command', SET_2, 1),
    ...within('a transaction', MULTI + SET_2 + SET_3 + EXEC, 13),
    ...within('a command with a timestamp', `#TS:1700000000\r\n${SET_2}`, 19),
  ];
}

function lineCases(): AofCase[] {
  const long = (length: number, end: string): string =>
    `#${'x'.repeat(length - 1 - end.length)}${end}`;
  return [
    logCase('an empty file', ''),
    logCase('no CR after a count', `*3\n${BODIES}`, CR_LF),
    logCase('no CR after a length', '*1\r\n$4\nPING\r\n', { ...CR_LF }),
    logCase('no CR after a body', `*3\r\n$3\r\nSET\r\n$2\r\nk1\n$1\r\nv\r\n`),
    logCase('other bytes after a body', `*3\r\n$3\r\nSETab$2\r\nk1\0\0$1\r\nvxy`, CR_LF),
    logCase('text', 'hello'),
    logCase('text behind a command', `${SET_1}hello\r\n`),
    logCase('an empty line behind a command', `${SET_1}\r\n`),
    logCase('a line feed behind a command', `${SET_1}\n`),
    logCase('zeros behind a command', SET_1 + '\0'.repeat(600)),
    logCase('zeros alone', '\0'.repeat(600)),
    logCase('zeros in the middle', SET_1 + '\0'.repeat(SET_2.length) + SET_3),
    logCase('an inline command', 'PING\r\n'),
    logCase('an argument without its mark', '*1\r\n:4\r\nPING\r\n'),
    logCase('an annotation for an argument', '*1\r\n#TS:1\r\n$4\r\nPING\r\n'),
    logCase('timestamps', `#TS:1700000000\r\n${SET_1}#TS:1700000001\r\n${SET_2}`),
    logCase('a timestamp beyond all calendars', `#TS:99999999999999999999\r\n${SET_1}`),
    logCase('another annotation', `#HDR: x\r\n${SET_1}`),
    logCase('an annotation of nothing', `#\n${SET_1}`),
    logCase('a timestamp in a transaction', `${MULTI}#TS:1700000000\r\n${SET_1}${EXEC}`),
    logCase('a timestamp that is cut', `${SET_1}#TS:17`),
    ...[1022, 1023, 1024, 1025, 2046, 5000].map((length) =>
      logCase(`an annotation of ${length} bytes`, long(length, '\r\n') + SET_1),
    ),
    logCase('a long annotation before a command', long(1023, '') + SET_1, {}),
    logCase('a count with 1020 spaces', `*3${' '.repeat(1019)}\r\n${BODIES}`, CR_LF),
    logCase('a count with 1021 spaces', `*3${' '.repeat(1021)}${BODIES}`, CR_LF),
    logCase('a count behind 1000 spaces', `*${' '.repeat(1000)}3\r\n${BODIES}`, SHORT_LINES),
  ];
}

function transactionCases(): AofCase[] {
  return [
    logCase('a transaction', SET_1 + MULTI + SET_2 + EXEC + SET_3),
    logCase('a transaction in lower case', SET_1 + command('multi') + SET_2 + command('exec')),
    logCase('MULTI without EXEC', SET_1 + MULTI + SET_2),
    logCase('MULTI alone', MULTI),
    logCase('MULTI in MULTI', MULTI + SET_1 + MULTI + SET_2 + EXEC, MULTI_COUNT),
    logCase('MULTI in MULTI without EXEC', SET_1 + MULTI + MULTI),
    logCase('EXEC without MULTI', SET_1 + EXEC + SET_2, MULTI_COUNT),
    logCase('MULTI with an argument, without EXEC', SET_1 + command('MULTI', 'x') + SET_2),
    logCase('an argument MULTI', SET_1 + command('SET', 'k2', 'MULTI')),
    logCase('other databases', command('SELECT', '3') + SET_1 + command('SELECT', '0') + SET_2),
    logCase('a name in mixed case', command('sEt', 'k1', 'v')),
    logCase('an unknown command', SET_1 + command('NOSUCHCOMMAND', 'x'), NOT_RUN),
    logCase('an unknown subcommand', SET_1 + command('XGROUP', 'NOSUCH', 'k1'), NOT_RUN),
    logCase('a name of zeros', SET_1 + command('\0\0\0', 'k2', 'v'), CHECK_NOT_RUN),
    logCase('an empty name', SET_1 + command(''), CHECK_NOT_RUN),
    logCase('a name with a space', SET_1 + command('SET ', 'k2', 'v'), CHECK_NOT_RUN),
    logCase('a binary name', SET_1 + command('\x80\xff', 'k2', 'v'), CHECK_NOT_RUN),
    logCase('a name of zeros, cut', SET_1 + command('\0\0\0', 'k2', 'v').slice(0, -3)),
    logCase('a name with a line feed, cut', SET_1 + SET_2.replace('\r\nSET', '\rSET')),
    logCase('a command that fails', SET_1 + command('LPUSH', 'k1', 'x') + SET_2),
  ];
}

/** With its checksum. */
export const DUMP = sealed(
  writeRdb(
    [8, 9].map((number) => {
      return { database: 0, key: `k${number}`, value: { type: 'string' as const, text: 'v' } };
    }),
    { 'redis-ver': '7.0.15' },
  ),
);

function sealed(dump: Buffer): Buffer {
  const copy = Buffer.from(dump);
  copy.writeBigUInt64LE(crc64(dump.subarray(0, -8)), dump.length - 8);
  return copy;
}

function flipped(dump: Buffer, at: number): Buffer {
  const copy = Buffer.from(dump);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

function preambleCases(): AofCase[] {
  const behind = (text: string): Buffer => Buffer.concat([DUMP, Buffer.from(text)]);
  return [
    logCase('a dump alone', DUMP),
    logCase('commands behind a dump', behind(SET_1)),
    logCase('a cut command behind a dump', behind(SET_1 + SET_2.slice(0, 9))),
    logCase('a cut command alone behind a dump', behind(SET_1.slice(0, 9))),
    logCase('text behind a dump', behind('hello')),
    logCase('zeros behind a dump', behind('\0'.repeat(100))),
    logCase('a dump behind a dump', Buffer.concat([DUMP, DUMP])),
    logCase('REDIS', 'REDIS'),
    logCase('REDI', 'REDI'),
    logCase(
      'a dump of version 0099',
      sealed(Buffer.concat([Buffer.from('REDIS0099'), DUMP.subarray(9)])),
      {
        serverException: 'versions that are not known',
      },
    ),
    logCase('a dump with a wrong checksum', flipped(DUMP, DUMP.length - 1)),
    logCase('a dump with a flipped bit', flipped(DUMP, DUMP.length - 12)),
    ...[8, 9, 20, DUMP.length - 9, DUMP.length - 8, DUMP.length - 1].map((length) =>
      logCase(`a dump cut after ${length}`, DUMP.subarray(0, length)),
    ),
  ];
}

export const LOG_CASES: readonly AofCase[] = [
  ...numberCases(),
  ...cutCases(),
  ...lineCases(),
  ...transactionCases(),
  ...preambleCases(),
];
