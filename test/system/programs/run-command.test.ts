// Commands that change the machine: their end, their time, and what is kept of their output.
import test from 'ava';

import { InterruptedError, SystemError } from '../../../src/errors.js';
import { runCommand, runShellCommand } from '../../../src/system/programs/run-command.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';

const OPTIONS = { timeoutMs: 60_000, checkpoint: uninterrupted };

test('a command has its exit code and what it printed to both streams', async (t) => {
  const { code, output } = await runShellCommand('echo out; echo err >&2; exit 3', OPTIONS);
  t.is(code, 3);
  t.deepEqual(output.split('\n').toSorted(), ['err', 'out']);
});

test('a command that a signal ends has the code of a shell', async (t) => {
  t.is((await runShellCommand('kill -TERM $$', OPTIONS)).code, 143);
});

test('words are not read by a shell', async (t) => {
  t.is((await runCommand(['echo', '$HOME; exit 1'], OPTIONS)).output, '$HOME; exit 1');
});

test('no password of our environment reaches a command', async (t) => {
  process.env['REDISCLI_AUTH'] = 'secret';
  t.notRegex((await runCommand(['env'], OPTIONS)).output, /secret/);
});

test('only the last of much output is kept', async (t) => {
  const { output } = await runShellCommand('yes | head -c 3000000; echo the end', OPTIONS);
  t.true(output.length <= 16 * 1024);
  t.regex(output, /the end$/);
});

test('what is printed last counts, although the end of the command is seen before', async (t) => {
  t.is((await runShellCommand('(sleep 0.2; echo last) & exit 0', OPTIONS)).output, 'last');
});

test('a command that leaves a process behind ends by itself, although the process has its output', async (t) => {
  const { output } = await runShellCommand('sleep 60 & echo $!', OPTIONS);
  t.notThrows(() => process.kill(Number(output), 'SIGKILL'));
});

test('a command that takes too long is killed, with what it has started', async (t) => {
  const started = runShellCommand('sleep 600; echo never', { ...OPTIONS, timeoutMs: 100 });
  const error = await t.throwsAsync(started, { instanceOf: SystemError });
  t.is(error?.errno, 'ETIMEDOUT');
  t.regex(error?.message ?? '', /did not end within/);
});

test('a signal to this process ends the waiting', async (t) => {
  const checkpoint = async (): Promise<void> => {
    throw new InterruptedError('SIGTERM');
  };
  const started = runCommand(['sleep', '1'], { ...OPTIONS, checkpoint });
  await t.throwsAsync(started, { instanceOf: InterruptedError });
});

test('a program that is not installed is named', async (t) => {
  const error = await t.throwsAsync(runCommand(['no-such-program'], OPTIONS), {
    instanceOf: SystemError,
  });
  t.is(error?.message, "cannot run 'no-such-program': no such program in PATH");
});
