// The processes of Redis and Valkey servers as /proc shows them: where each works, since when it runs,
// and which id it has in a container. Told by device and inode, since a container has its own paths.
import * as fs from 'node:fs';
import { type BytePath, pathFromBytes } from '../files/byte-path.js';
import { SERVER_NAMES, listProcesses } from './server-directories.js';

export interface ServerProcess {
  /** Its id on this machine. */
  readonly id: number;
  /** Its id as it sees it itself: another one where it runs in a container. */
  readonly innerId: number;
  readonly isContained: boolean;
  /** Of its working directory, or null where this user may not see that. */
  readonly workingDirectory: {
    /** As the process sees it. */
    readonly path: BytePath;
    readonly device: bigint;
    readonly inode: bigint;
  } | null;
  /** How long it has been running; null where that cannot be told. */
  readonly ageSeconds: number | null;
}

/** All servers that run here and call themselves `innerId`. */
export function findServerProcesses(innerId: number): ServerProcess[] {
  return listProcesses().flatMap((id) => {
    const found = inspectProcess(id);
    return found !== null && found.innerId === innerId ? [found] : [];
  });
}

function inspectProcess(id: string): ServerProcess | null {
  try {
    if (!SERVER_NAMES.has(fs.readFileSync(`/proc/${id}/comm`, 'utf8').trim())) return null;
    const status = fs.readFileSync(`/proc/${id}/status`, 'utf8');
    const ids = /^NSpid:(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/) ?? [id];
    return {
      id: Number(id),
      innerId: Number(ids.at(-1)),
      isContained: ids.length > 1,
      workingDirectory: readWorkingDirectory(id),
      ageSeconds: readAge(id),
    };
  } catch {
    // It has ended since.
    return null;
  }
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

/** Field 22 of stat is in ticks since the machine was started, of which a second has 100 (proc(5)). */
const TICKS_PER_SECOND = 100;
/** Fields are counted behind the name, which stands in parentheses and may hold anything. */
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
