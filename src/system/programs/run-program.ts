// Runs another program and waits for its end. The program gets PATH and nothing else from our environment,
// so that no secret reaches it, and LC_ALL=C, so that its output has one form. Every user of the machine can
// read its arguments: never pass a secret in them.
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { SystemError } from '../../errors.js';

export interface ProcessOptions {
  /** The standard input of the program; empty where this is left out. */
  readonly input?: Uint8Array;
}

export interface ProcessResult {
  /** The exit code; 128 + the number of the signal where a signal ended the program, as in a shell. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a program that is found in PATH. The caller judges an exit code other than 0.
 * @throws SystemError where the program cannot be started (ENOENT where it is not installed), or prints
 *   more than 64 MiB (ENOBUFS)
 */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): ProcessResult {
  const result = spawnSync(command, args, {
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    input: options.input ?? new Uint8Array(0),
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  const failure: NodeJS.ErrnoException | undefined = result.error;
  const errno = failure?.code ?? '';
  // EPIPE: the program ended before it had read all of its input. Its exit code says whether that is fine.
  if (failure !== undefined && errno !== 'EPIPE') {
    const reason = REASONS[errno] ?? failure.message;
    const call = { operation: 'run', object: command, path: null, errno, reason };
    throw new SystemError(call, { cause: failure });
  }
  return {
    code: result.status ?? 128 + (result.signal ? constants.signals[result.signal] : 0),
    stdout: result.stdout,
    stderr: result.stderr.toString('utf8'),
  };
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such program in PATH',
  EACCES: 'permission denied',
  ENOBUFS: 'it printed more than 64 MiB',
  EAGAIN: 'too many processes',
  ENOMEM: 'not enough memory',
};
