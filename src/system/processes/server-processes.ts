// The processes of Redis and Valkey servers on this machine, as /proc shows them: where each one works,
// how long it has been running, and its id inside a container. A container has paths of its own, so
// directories are told by device and inode.
import * as fs from 'node:fs';
import { type BytePath, pathFromBytes } from '../files/byte-path.js';
import { findAofFolders } from './aof-folders.js';

/** The names of server processes. */
const SERVER_NAMES: ReadonlySet<string> = new Set([
  'redis-server',
  'valkey-server',
  'redis-sentinel',
  'keydb-server',
]);

export interface ServerProcess {
  /** Its id on this machine. */
  readonly id: number;
  /** Its id as the process itself sees it: another one in a container. */
  readonly innerId: number;
  readonly isContained: boolean;
  /** The user that it acts as, in the numbers of this process; null where /proc does not say. */
  readonly uid: bigint | null;
  /** Null where this user may not see the working directory. */
  readonly workingDirectory: {
    /** As the process sees it. */
    readonly path: BytePath;
    readonly device: bigint;
    readonly inode: bigint;
  } | null;
  /** How long the process has been running; null where /proc does not say. */
  readonly ageSeconds: number | null;
}

/** All servers on this machine whose own id, as they see it themselves, is `innerId`. */
export function findServerProcesses(innerId: number): ServerProcess[] {
  return listServers().filter((server) => server.innerId === innerId);
}

/** A directory, by whatever name it is reached. */
export interface DirectoryIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * The process id of a server that works in the directory, or writes its AOF there. The server may have another name for
 * the directory: in a container, or through a bind mount or a link. Null where there is no such server, or where
 * /proc does not show it to this user.
 */
export function findServerIn(directory: DirectoryIdentity): number | null {
  const { dev, ino } = directory;
  const found = listServers().find(
    (server) =>
      worksIn(server, directory) ||
      findAofFolders(server.id).some((folder) => folder.dev === dev && folder.ino === ino),
  );
  return found?.id ?? null;
}

/** The process id of a server whose working directory it is. Null as for `findServerIn`. */
export function findServerWorkingIn(directory: DirectoryIdentity): number | null {
  return listServers().find((server) => worksIn(server, directory))?.id ?? null;
}

function worksIn({ workingDirectory }: ServerProcess, { dev, ino }: DirectoryIdentity): boolean {
  return workingDirectory?.device === dev && workingDirectory.inode === ino;
}

function listServers(): ServerProcess[] {
  return listProcessIds().flatMap((id) => inspectServer(id) ?? []);
}

function listProcessIds(): string[] {
  try {
    return fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
  } catch {
    return [];
  }
}

/** Null where the process is not a server. */
function inspectServer(id: string): ServerProcess | null {
  try {
    if (!SERVER_NAMES.has(fs.readFileSync(`/proc/${id}/comm`, 'utf8').trim())) return null;
    const status = fs.readFileSync(`/proc/${id}/status`, 'utf8');
    const ids = /^NSpid:(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/) ?? [id];
    return {
      id: Number(id),
      innerId: Number(ids.at(-1)),
      isContained: ids.length > 1,
      uid: readActingUid(status),
      workingDirectory: readWorkingDirectory(id),
      ageSeconds: readAge(id),
    };
  } catch {
    // The process has ended meanwhile.
    return null;
  }
}

/** Real, effective, saved and file system uid; the last one decides what it may open (proc_pid_status(5)). */
function readActingUid(status: string): bigint | null {
  const uid = /^Uid:(?:\s+[0-9]+){3}\s+([0-9]+)$/m.exec(status)?.[1];
  return uid === undefined ? null : BigInt(uid);
}

function readWorkingDirectory(id: string): ServerProcess['workingDirectory'] {
  try {
    const link = `/proc/${id}/cwd`;
    const path = pathFromBytes(fs.readlinkSync(link, { encoding: 'buffer' }));
    const { dev, ino } = fs.statSync(link, { bigint: true });
    return { path, device: dev, inode: ino };
  } catch {
    return null;
  }
}

/** Start times in /proc/PID/stat are in ticks since the machine started, 100 to a second (proc(5)). */
const TICKS_PER_SECOND = 100;
/** `starttime` is field 22. Counting begins after the name, which is in parentheses and may hold spaces. */
const START_FIELD_AFTER_NAME = 19;

function readAge(id: string): number | null {
  try {
    const stat = fs.readFileSync(`/proc/${id}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const started = Number(fields[START_FIELD_AFTER_NAME]) / TICKS_PER_SECOND;
    const uptime = Number(fs.readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    const age = uptime - started;
    return Number.isFinite(age) ? age : null;
  } catch {
    return null;
  }
}
