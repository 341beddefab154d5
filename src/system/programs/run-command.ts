// Runs a command that changes something on the machine, such as `systemctl stop`, while this process does other work. Its
// time and what is kept of its output have bounds. It may leave a process running that keeps its output open, as a server
// does: its own end counts. It gets PATH and nothing else of our environment, as in run-program.ts.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { SystemError } from '../../errors.js';
import { errnoOf, meaningOfErrno } from '../errno/errno-of.js';
import { type Checkpoint, awaitWithCheckpoints } from '../time/checkpoint.js';

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly checkpoint: Checkpoint;
}

export interface CommandResult {
  /** The exit code; 128 + the number of the signal where a signal ended the command, as in a shell. */
  readonly code: number;
  /** What it has printed to stdout and stderr: the last of it, at most 16 KiB. */
  readonly output: string;
}

const KEPT_MOST_BYTES = 16 * 1024;

/**
 * Runs a program that is found in PATH. The caller judges an exit code other than 0.
 * @throws SystemError where it cannot be started, or does not end in time (ETIMEDOUT): it is then killed, with the
 *   processes that it has started in its group; InterruptedError: it then goes on by itself
 */
export async function runCommand(
  [command, ...args]: readonly [string, ...string[]],
  { timeoutMs, checkpoint }: CommandOptions,
): Promise<CommandResult> {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that a signal at our terminal does not cut it off in the middle.
    detached: true,
  });
  let output = Buffer.alloc(0);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = Buffer.concat([output, chunk]).subarray(-KEPT_MOST_BYTES);
    });
  }
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    killGroup(child.pid);
  }, timeoutMs);
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(failure(command, error)));
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
  try {
    const code = await awaitWithCheckpoints(ended, checkpoint);
    if (isLate) throw late(command, timeoutMs);
    await lastOutput(closed);
    return { code, output: output.toString('utf8').trim() };
  } finally {
    clearTimeout(timer);
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
  }
}

/** As runCommand, of a line that a person has typed for a shell. */
export async function runShellCommand(
  line: string,
  options: CommandOptions,
): Promise<CommandResult> {
  return runCommand(['/bin/sh', '-c', line], options);
}

/**
 * The end of a process may be seen before what it has printed. All of that has come once its streams are closed; a process
 * that it leaves behind may keep them open.
 */
async function lastOutput(closed: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, KEPT_OPEN_MOST_MS);
  });
  await Promise.race([closed, isOver]);
  clearTimeout(timer);
}

const KEPT_OPEN_MOST_MS = 1000;

function killGroup(id: number | undefined): void {
  if (id === undefined) return;
  try {
    process.kill(-id, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

function failure(command: string, error: Error): SystemError {
  const errno = errnoOf(error);
  const reason = errno === 'ENOENT' ? 'no such program in PATH' : meaningOfErrno(errno);
  const call = { operation: 'run', object: command, path: null, errno, reason };
  return new SystemError(call, { cause: error });
}

function late(command: string, timeoutMs: number): SystemError {
  return new SystemError(
    {
      operation: 'run',
      object: command,
      path: null,
      errno: 'ETIMEDOUT',
      reason: `it did not end within ${Math.ceil(timeoutMs / 1000)} s`,
    },
    { hint: 'find out why it takes so long, and run again with a longer --wait-timeout' },
  );
}
