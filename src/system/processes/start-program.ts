// Starts a program that outlives this process, such as a server: in a session of its own, without our standard streams, in
// another directory and as another user if that is asked for.
import { type ChildProcess, spawn } from 'node:child_process';
import { SystemError } from '../../errors.js';
import { errnoOf, meaningOfErrno } from '../errno/errno-of.js';
import { type BytePath, formatPath, pathToBytes } from '../files/byte-path.js';

export interface ProgramStart {
  readonly program: BytePath;
  /** The first is the name that it is told, which may decide what it does. */
  readonly args: readonly [BytePath, ...BytePath[]];
  readonly uid: number;
  readonly gid: number;
  readonly umask: number;
  /** Where it begins to work; the root directory unless given. */
  readonly directory?: BytePath;
}

export interface StartedProgram {
  readonly processId: number;
  /** Its exit code, or null as long as it runs. A program that goes into the background ends with 0. */
  endedWith(): number | null;
}

const ROOT_DIRECTORY = '/' as BytePath;

/** @throws SystemError where it cannot be started, or where a word of it is not UTF-8 (EILSEQ) */
export async function startProgram(start: ProgramStart): Promise<StartedProgram> {
  const [name, ...rest] = start.args.map(toText);
  const isOther = process.geteuid?.() !== start.uid || process.getegid?.() !== start.gid;
  const umask = process.umask(start.umask);
  let child: ChildProcess;
  try {
    child = spawn(toText(start.program), rest, {
      argv0: name ?? '',
      cwd: toText(start.directory ?? ROOT_DIRECTORY),
      env: { PATH: process.env['PATH'] },
      stdio: 'ignore',
      detached: true,
      ...(isOther ? { uid: start.uid, gid: start.gid } : {}),
    });
  } finally {
    process.umask(umask);
  }
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(failure(start.program, error)));
  });
  let code: number | null = null;
  child.once('exit', (exitCode) => {
    code = exitCode ?? 1;
  });
  child.unref();
  return { processId: child.pid ?? 0, endedWith: () => code };
}

function toText(path: BytePath): string {
  const bytes = pathToBytes(path);
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  throw failure(path, Object.assign(new Error('not UTF-8'), { code: 'EILSEQ' }));
}

function failure(program: BytePath, error: Error): SystemError {
  const errno = errnoOf(error);
  const reason = meaningOfErrno(errno);
  const call = { operation: 'start', object: formatPath(program), path: program, errno, reason };
  return new SystemError(call, { cause: error });
}
