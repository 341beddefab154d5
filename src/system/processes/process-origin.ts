// Where a process comes from, as /proc shows it: its parent, its program, the words that it was started with, its control
// group and its user. The id of a process that has ended is used again, so a process is known by its id and the time at which
// it was started.
import * as fs from 'node:fs';
import { SystemError } from '../../errors.js';
import { errnoOf, meaningOfErrno } from '../errno/errno-of.js';
import { type BytePath, pathFromBytes } from '../files/byte-path.js';

export interface ProcessIdentity {
  readonly id: number;
  /** In ticks since the machine started, as /proc/PID/stat has it. */
  readonly startTicks: string;
}

export interface ProcessOrigin extends ProcessIdentity {
  readonly parentId: number;
  /** Its name of at most 15 characters. */
  readonly name: string;
  /** The file that it runs; null where this user may not see it, or it was deleted since. */
  readonly program: BytePath | null;
  /** Null where its own title has taken their place, as Redis has it by default (`set-proc-title`). */
  readonly args: readonly BytePath[] | null;
  /** The content of /proc/PID/cgroup. */
  readonly controlGroups: string;
  /** As which it acts. */
  readonly uid: number;
  readonly gid: number;
  readonly umask: number;
  /** Whether it has another number in a namespace of its own, as in a container. */
  readonly isContained: boolean;
}

/** Null where there is no such process, or where it has just ended. */
export function inspectProcess(id: number): ProcessOrigin | null {
  try {
    const { parentId, name, startTicks } = readStat(id);
    const status = fs.readFileSync(`/proc/${id}/status`, 'utf8');
    return {
      id,
      parentId,
      name,
      startTicks,
      program: readProgram(id),
      args: splitArguments(fs.readFileSync(`/proc/${id}/cmdline`)),
      controlGroups: readOr('', () => fs.readFileSync(`/proc/${id}/cgroup`, 'utf8')),
      uid: Number(/^Uid:\s+[0-9]+\s+([0-9]+)/m.exec(status)?.[1] ?? 0),
      gid: Number(/^Gid:\s+[0-9]+\s+([0-9]+)/m.exec(status)?.[1] ?? 0),
      umask: Number.parseInt(/^Umask:\s+([0-7]+)/m.exec(status)?.[1] ?? '022', 8),
      isContained: /^NSpid:\s+[0-9]+\s+[0-9]/m.test(status),
    };
  } catch {
    return null;
  }
}

/** Whether it still runs. A process that has ended and waits for its parent (a zombie) does not. */
export function isRunning({ id, startTicks }: ProcessIdentity): boolean {
  try {
    const stat = readStat(id);
    return stat.startTicks === startTicks && stat.state !== 'Z' && stat.state !== 'X';
  } catch {
    return false;
  }
}

/** Asks it to end, as `kill` does. False where it has ended already. @throws SystemError where this user may not ask */
export function terminate(identity: ProcessIdentity): boolean {
  if (!isRunning(identity)) return false;
  try {
    process.kill(identity.id, 'SIGTERM');
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ESRCH') return false;
    const object = `process ${identity.id}`;
    const call = { operation: 'end', object, path: null, errno, reason: meaningOfErrno(errno) };
    throw new SystemError(call, {
      hint: 'run as root, or as the user of that process',
      cause: error,
    });
  }
}

interface Stat {
  readonly name: string;
  readonly state: string;
  readonly parentId: number;
  readonly startTicks: string;
}

/** The name is in parentheses and may hold spaces and parentheses (proc_pid_stat(5)). */
function readStat(id: number): Stat {
  const text = fs.readFileSync(`/proc/${id}/stat`, 'utf8');
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  return {
    name: text.slice(text.indexOf('(') + 1, end),
    state: fields[0] ?? '',
    parentId: Number(fields[1]),
    startTicks: fields[19] ?? '',
  };
}

function readProgram(id: number): BytePath | null {
  return readOr(null, () => {
    const path = pathFromBytes(fs.readlinkSync(`/proc/${id}/exe`, { encoding: 'buffer' }));
    return path.endsWith(' (deleted)') ? null : path;
  });
}

function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/**
 * A program that gives itself a title writes it over its arguments, as one word that holds spaces, and fills the rest with
 * NUL bytes. Redis: `redis-server 127.0.0.1:6379`.
 * @param bytes of /proc/PID/cmdline
 */
export function splitArguments(bytes: Buffer): readonly BytePath[] | null {
  const text = pathFromBytes(bytes);
  if (text === '') return null;
  const words = text.replace(/\0$/, '').split('\0');
  const [first = '', ...rest] = words;
  const isTitle = rest.every((word) => word === '') && (rest.length > 0 || first.includes(' '));
  return isTitle ? null : (words as BytePath[]);
}
