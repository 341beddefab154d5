// Other programs, run to their end while this one waits. They get PATH and nothing else of our
// environment, so that no secret reaches them, and LC_ALL=C, so that what they print has one form.
// Argument lists can be read by every user of the machine: nothing secret may be passed in them.
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { SystemError } from '../../errors.js';

export interface ProcessOptions {
  /** What the program reads from its standard input; without it that is empty. */
  readonly input?: Uint8Array;
}

export interface ProcessResult {
  /** Exit code; 128 + the signal's number where a signal ended the program, as a shell has it. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a program found in PATH and waits for its end. A code other than 0 is for the caller to judge.
 * @throws SystemError when it cannot be started (errno ENOENT where it is not installed) or prints
 *   more than 64 MiB (ENOBUFS).
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
  // EPIPE: the program ended without reading all of its input, which its exit code speaks for.
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
