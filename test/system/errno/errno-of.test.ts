import test from 'ava';
import { constants } from 'node:os';
import { getSystemErrorMap, getSystemErrorName } from 'node:util';
import { SystemError } from '../../../src/errors.js';
import { errnoOf, meaningOfErrno } from '../../../src/system/errno/errno-of.js';
import { LINUX_ERRORS } from '../../../src/system/errno/linux-errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { toSystemError } from '../../../src/system/files/errno.js';

/** The error that Node.js throws for a failed call. */
function nodeError(number: number): NodeJS.ErrnoException {
  const code = getSystemErrorMap().get(-number)?.[0] ?? getSystemErrorName(-number);
  return Object.assign(new Error(`${code}: …, open 'x'`), {
    code,
    errno: -number,
    syscall: 'open',
  });
}

test('every error of a system call becomes an error of this program, with its name and its meaning', (t) => {
  t.true(LINUX_ERRORS.length > 125);
  for (const [number, name, meaning] of LINUX_ERRORS) {
    const error = toSystemError('open', pathFromText('/x'), nodeError(number));
    if (!(error instanceof SystemError)) {
      t.fail(`${number} ${name} is shown as a defect of the program`);
      continue;
    }
    t.deepEqual([error.errno, error.message], [name, `cannot open '/x': ${meaning}`]);
    t.regex(meaning, /^[^A-Z]|RPC|RFS|XENIX/, name);
  }
});

test('the numbers and names of errors are those of this machine', (t) => {
  const byName = new Map(LINUX_ERRORS.map(([number, name]) => [name, number]));
  for (const [name, number] of Object.entries(constants.errno)) {
    t.is(byName.get(name) ?? LINUX_ERRORS.find(([known]) => known === number)?.[0], number, name);
  }
});

test('an error beyond the list has its number for a name', (t) => {
  t.is(errnoOf(nodeError(524)), 'E524');
  t.is(meaningOfErrno('E524'), 'error 524 of the operating system');
});

test('a name that has two spellings has one meaning', (t) => {
  t.is(meaningOfErrno('EOPNOTSUPP'), meaningOfErrno('ENOTSUP'));
  t.is(meaningOfErrno('EWOULDBLOCK'), meaningOfErrno('EAGAIN'));
});

test('an error that is none of the operating system has no name', (t) => {
  t.is(errnoOf(new RangeError('x')), '');
  t.is(errnoOf(Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_VALUE' })), '');
  t.is(errnoOf(null), '');
});
