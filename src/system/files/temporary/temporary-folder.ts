// Private folders for temporary files that need a name. A process that is killed leaves its folder: the name
// says whose it is, and the next run of the same user removes it. The name has the pid namespace, the pid and
// the start time of the process (proc_pid_stat(5)), so that neither a later process with this pid nor one in
// another container is mistaken for it.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { type BytePath, joinPath, pathFromText, pathToBytes } from '../byte-path.js';
import { attempt } from '../errno.js';

export interface TemporaryFolder {
  readonly path: BytePath;
  /** With all files in it. Never throws: what is left is removed by a later run. */
  readonly remove: () => void;
}

const PREFIX = 'redis-rewind-tmp.';
const NAME = /^redis-rewind-tmp\.([0-9]+)\.([0-9]+)\.([0-9]+)\.[A-Za-z0-9]{6}$/;

/** Once in a process is enough. */
const swept = new Set<string>();

/** A new folder in `directory`, or in TMPDIR, that only this user may enter. @throws SystemError */
export function createTemporaryFolder(
  directory: BytePath = pathFromText(tmpdir()),
): TemporaryFolder {
  const parent = pathToBytes(directory).toString();
  if (!swept.has(parent)) removeAbandonedFolders(parent);
  swept.add(parent);
  const start = path.join(parent, `${PREFIX}${namespaceId()}.${process.pid}.${startTime('self')}.`);
  const folder = pathFromText(attempt('create', pathFromText(start), () => fs.mkdtempSync(start)));
  return { path: folder, remove: () => removeFolder(folder) };
}

/** Removes what processes of this user left there that have died. Never throws. */
function removeAbandonedFolders(parent: string): void {
  for (const name of listOrNone(parent)) {
    const folder = pathFromText(path.join(parent, name));
    if (isAbandoned(name) && isOurs(folder)) removeFolder(folder);
  }
}

function isAbandoned(name: string): boolean {
  const [, namespace, pid = '', started] = NAME.exec(name) ?? [];
  return namespace === namespaceId() && startTime(pid) !== started;
}

/** Others may make folders with such names. */
function isOurs(folder: BytePath): boolean {
  try {
    const stat = fs.lstatSync(pathToBytes(folder));
    return stat.isDirectory() && stat.uid === process.geteuid?.();
  } catch {
    return false;
  }
}

/** Of files only: a folder of ours never has folders in it. */
function removeFolder(folder: BytePath): void {
  try {
    for (const name of listOrNone(pathToBytes(folder))) {
      fs.unlinkSync(pathToBytes(joinPath(folder, pathFromText(name))));
    }
    fs.rmdirSync(pathToBytes(folder));
  } catch {
    // The next run tries again.
  }
}

function listOrNone(folder: string | Buffer): string[] {
  try {
    return fs.readdirSync(folder, { encoding: 'utf8' });
  } catch {
    return [];
  }
}

/** The number of the pid namespace: a pid means something only within it. */
function namespaceId(): string {
  try {
    return /[0-9]+/.exec(fs.readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

/** In ticks since the machine started; null if there is no such process. */
function startTime(pid: string): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program is in parentheses, and may have any characters in it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
