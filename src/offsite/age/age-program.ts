// Debian's age as a child process, for ssh keys, which the package does not know. Private keys are given to it by the names
// of their files. It asks for the passphrase of a key by itself, at the terminal.
import { CorruptError, SystemError, UsageError } from '../../errors.js';
import { type BytePath, formatPath, pathToBytes } from '../../system/files/byte-path.js';
import { type Filter, filterThrough } from '../../system/programs/filter-program.js';
import { runProgram } from '../../system/programs/run-program.js';

const PROGRAM = 'age';

/** @throws UsageError where it is not installed */
export function requireAgeProgram(): void {
  try {
    runProgram(PROGRAM, ['--version']);
  } catch (error) {
    if (!(error instanceof SystemError) || error.errno !== 'ENOENT') throw error;
    throw new UsageError("ssh keys need the program 'age', which is not installed", {
      hint: "install it ('apt install age'), or use a key that begins with 'age1'",
      cause: error,
    });
  }
}

/** Encrypts `chunks`. Recipients are no secret, so they may be arguments. */
export function sealWithProgram(
  chunks: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  return filterThrough(
    {
      command: PROGRAM,
      args: ['--encrypt', ...recipients.flatMap((recipient) => ['--recipient', recipient])],
      onFailure: (_code, stderr) => refused('encrypt', stderr),
    },
    chunks,
  );
}

/** Decrypts `chunks`. */
export function openWithProgram(
  chunks: AsyncIterable<Uint8Array>,
  identities: readonly BytePath[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const filter: Filter = {
    command: PROGRAM,
    args: ['--decrypt', ...identities.flatMap((path) => ['--identity', toArgument(path)])],
    onFailure: (_code, stderr) =>
      /no identity matched/.test(stderr) ? noneOpens() : damaged(stderr),
  };
  return filterThrough(filter, chunks);
}

/** @throws UsageError: arguments of a program are text */
function toArgument(path: BytePath): string {
  const bytes = pathToBytes(path);
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  throw new UsageError(`the name of the key '${formatPath(path)}' is not UTF-8`, {
    hint: 'copy the key to a file with another name',
  });
}

/** What no key opens. A damaged header may look the same. */
export function noneOpens(): UsageError {
  return new UsageError('none of the keys given opens the archive', {
    hint: 'give the identity (-i) or the passphrase that belongs to it',
  });
}

function damaged(stderr: string): CorruptError {
  return new CorruptError(`the archive cannot be decrypted: ${lastWords(stderr)}`);
}

function refused(operation: string, stderr: string): SystemError {
  const reason = lastWords(stderr);
  return new SystemError({ operation, object: PROGRAM, path: null, errno: '', reason });
}

/** What age says is wrong, without its name and its request for reports. */
function lastWords(stderr: string): string {
  const line = stderr.split('\n').find((text) => text.startsWith('age: '));
  return (line ?? stderr).replace(/^age: (?:error: )?/, '').trim() || 'age has failed';
}
