// Runs bytes through another program: they go into its standard input, and what it prints is read as it comes. The program
// gets PATH, TERM and nothing else of our environment, as in run-program.ts. Every user of the machine can read its arguments: never pass
// a secret in them. It may ask a person at the terminal of this process.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { constants } from 'node:os';
import { SystemError } from '../../errors.js';
import { errnoOf, meaningOfErrno } from '../errno/errno-of.js';

export interface Filter {
  readonly command: string;
  readonly args: readonly string[];
  /** Open files that the program gets as its descriptors 3, 4 and so on. */
  readonly files?: readonly number[];
  /** What its end with another exit code than 0 means. */
  readonly onFailure: (code: number, stderr: string) => Error;
}

/** Of what it prints to stderr. */
const KEPT_MOST_BYTES = 16 * 1024;

/**
 * Ending the iteration early ends the program, and `chunks`.
 * @throws SystemError where the program cannot be started (ENOENT where it is not installed); what `onFailure` makes; errors
 *   of `chunks`
 */
export async function* filterThrough(
  filter: Filter,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { command, args, files = [], onFailure } = filter;
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], TERM: process.env['TERM'], LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'pipe', ...files],
  });
  const [stdin, stdout, stderr] = child.stdio as unknown as [Writable, Readable, Readable];
  let said = Buffer.alloc(0);
  stderr.on('data', (chunk: Buffer) => {
    said = Buffer.concat([said, chunk]).subarray(-KEPT_MOST_BYTES);
  });
  const ended = endOf(child, command);
  ended.catch(() => {});
  let inputFailure: { readonly error: unknown } | null = null;
  const feeding = feed(stdin, chunks).catch((error: unknown) => {
    inputFailure = { error };
    // Its output is of no use any more, and it must not take the end of its input for the end of the data.
    child.kill('SIGKILL');
  });
  try {
    for await (const piece of stdout) yield piece as Buffer;
    await feeding;
    if (inputFailure !== null) throw (inputFailure as { readonly error: unknown }).error;
    const code = await ended;
    if (code !== 0) throw onFailure(code, said.toString('utf8').trim());
  } finally {
    child.kill('SIGKILL');
    stdin.destroy();
    stdout.destroy();
    await feeding;
    await ended.catch(() => {});
  }
}

function endOf(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(failure(command, error)));
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

/** Settles when all is written, or when the program reads no more: its exit code then says why. */
async function feed(stdin: Writable, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    stdin.once('close', () => {
      isClosed = true;
      resolve();
    });
  });
  stdin.on('error', () => {
    // EPIPE: the program has ended.
  });
  for await (const chunk of chunks) {
    if (isClosed) return;
    if (stdin.write(chunk)) continue;
    const drained = new Promise<void>((resolve) => {
      stdin.once('drain', resolve);
    });
    await Promise.race([drained, closed]);
  }
  stdin.end();
}

function failure(command: string, error: Error): SystemError {
  const errno = errnoOf(error);
  const reason = errno === 'ENOENT' ? 'no such program in PATH' : meaningOfErrno(errno);
  const call = { operation: 'run', object: command, path: null, errno, reason };
  return new SystemError(call, { cause: error });
}
