// Standard input and standard output as bytes, for an archive that goes through a pipe.
import type { Readable, Writable } from 'node:stream';
import { SystemError, UsageError } from '../errors.js';
import { errnoOf, meaningOfErrno } from '../system/errno/errno-of.js';

export interface BytePipes {
  readonly input: AsyncIterable<Uint8Array>;
  /** Settles when the bytes are on their way. @throws SystemError where nobody reads them */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly isInputTerminal: boolean;
  readonly isOutputTerminal: boolean;
}

/** @param onWrite is called before bytes are written */
export function openPipes(
  stdin: Readable & { readonly isTTY?: boolean },
  stdout: Writable & { readonly isTTY?: boolean },
  onWrite: () => void,
): BytePipes {
  return {
    input: stdin,
    isInputTerminal: stdin.isTTY === true,
    isOutputTerminal: stdout.isTTY === true,
    write: (bytes) => {
      onWrite();
      return new Promise((resolve, reject) => {
        stdout.write(bytes, (error) => {
          if (error) reject(writeFailure(error));
          else resolve();
        });
      });
    },
  };
}

function writeFailure(cause: Error): SystemError {
  const errno = errnoOf(cause);
  const reason =
    errno === 'EPIPE' ? 'whoever reads it has stopped' : meaningOfErrno(errno) || cause.message;
  const call = { operation: 'write', object: 'standard output', path: null, errno, reason };
  return new SystemError(call, { cause });
}

/** @throws UsageError where a person would have to type the archive */
export function inputOf(pipes: BytePipes | null): AsyncIterable<Uint8Array> {
  if (pipes !== null && !pipes.isInputTerminal) return pipes.input;
  throw new UsageError('an archive does not come from a terminal', {
    hint: "put the program that brings it before a '|', or give the name of its file",
  });
}

/** @throws UsageError where the archive would be shown to a person, or mixed with the report */
export function outputOf(pipes: BytePipes | null, isJson: boolean): BytePipes['write'] {
  if (isJson) {
    throw new UsageError('--json and the archive would both go to standard output', {
      hint: 'leave out --json, or give the name of a file',
    });
  }
  if (pipes !== null && !pipes.isOutputTerminal) return pipes.write;
  throw new UsageError('the archive would be shown on the terminal', {
    hint: "put a '|' and the program that takes it behind the command, or give the name of a file",
  });
}
