import test from 'ava';
import { SystemError } from '../../../src/errors.js';
import { runProgram } from '../../../src/system/programs/run-program.js';

test('runProgram gives the exit code and both outputs', (t) => {
  const result = runProgram('sh', ['-c', 'printf out; printf err >&2; exit 3']);
  t.is(result.code, 3);
  t.deepEqual(result.stdout, Buffer.from('out'));
  t.is(result.stderr, 'err');
});

test('input reaches the program byte for byte, and without input there is none', (t) => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  t.deepEqual(runProgram('cat', [], { input: bytes }).stdout, bytes);
  t.is(runProgram('cat', []).stdout.length, 0);
});

test('arguments are passed unchanged, without a shell', (t) => {
  t.is(runProgram('printf', ['%s', '$HOME `id` "*"']).stdout.toString(), '$HOME `id` "*"');
});

test('a program sees PATH and LC_ALL=C and nothing else of the environment', (t) => {
  process.env['REWIND_TEST_SECRET'] = 'secret';
  const names = runProgram('env', [])
    .stdout.toString()
    .trim()
    .split('\n')
    .map((line) => line.slice(0, line.indexOf('=')));
  t.deepEqual(names.toSorted(), ['LC_ALL', 'PATH']);
});

test('the code of a program that a signal ended is 128 plus the signal', (t) => {
  t.is(runProgram('sh', ['-c', 'kill -TERM $$']).code, 143);
});

test('a program may end without reading its input', (t) => {
  t.is(runProgram('true', [], { input: Buffer.alloc(4 << 20) }).code, 0);
  t.is(runProgram('false', [], { input: Buffer.alloc(4 << 20) }).code, 1);
});

test('a program that is not installed is a SystemError that names it', (t) => {
  const error = t.throws(() => runProgram('rewind-no-such-program', []), {
    instanceOf: SystemError,
  });
  t.is(error?.errno, 'ENOENT');
  t.is(error?.message, "cannot run 'rewind-no-such-program': no such program in PATH");
});
