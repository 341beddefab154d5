// Which running Redis or Valkey servers have a directory as their working directory, told by /proc.
import * as fs from 'node:fs';
import { type BytePath, pathFromBytes } from '../files/byte-path.js';

/** What the processes of servers are called. */
export const SERVER_NAMES: ReadonlySet<string> = new Set([
  'redis-server',
  'valkey-server',
  'redis-sentinel',
  'keydb-server',
]);

/**
 * The process id of a server that works in `directory` (a real path); null where there is none, or
 * where /proc does not tell this user.
 */
export function findServerIn(directory: BytePath): number | null {
  for (const pid of listProcesses()) {
    try {
      const name = fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      if (!SERVER_NAMES.has(name)) continue;
      const cwd = pathFromBytes(fs.readlinkSync(`/proc/${pid}/cwd`, { encoding: 'buffer' }));
      if (cwd === directory) return Number(pid);
    } catch {
      // It has ended since, or belongs to another user.
    }
  }
  return null;
}

/** Ids of all processes that /proc shows. */
export function listProcesses(): string[] {
  try {
    return fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
  } catch {
    return [];
  }
}
