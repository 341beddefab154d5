// Finds the script of /etc/init.d that has started a server: the one whose file of process ids names it. Debian's script has
// `PIDFILE=$RUNDIR/redis-server.pid`, that of Redis `PIDFILE=/var/run/redis_${REDISPORT}.pid`. Where no server runs, it is
// the one that names the configuration file: `DAEMON_ARGS=/etc/redis/redis.conf`, or `CONF="/etc/redis/${REDISPORT}.conf"`.
import { CorruptError, SystemError } from '../../errors.js';
import { type BytePath, formatPath, joinPath, pathFromText } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readFileUpTo } from '../../system/files/read-chunks.js';

export const INIT_SCRIPTS = pathFromText('/etc/init.d');

/** Scripts of other programs are not read. */
const SERVER_SCRIPT = /redis|valkey|keydb|redict/;
const SCRIPT_MOST_BYTES = 256 * 1024;
const PID_MOST_BYTES = 64;

/** The name by which `service` knows the script; null where there is none. */
export function findInitScript(
  fileSystem: FileSystem,
  folder: BytePath,
  processId: number,
): string | null {
  const found = scriptsIn(fileSystem, folder).find(({ text }) => {
    const pidFile = findPidFile(text);
    if (pidFile === null) return false;
    const content = read(fileSystem, pidFile, PID_MOST_BYTES);
    return content !== null && content.trim() === String(processId);
  });
  return found?.name ?? null;
}

export interface InitScript {
  /** By which `service` knows it. */
  readonly name: string;
  /** Absolute; null where the script does not say. */
  readonly program: BytePath | null;
}

/** Those that start a server with this configuration file. */
export function findInitScriptsOf(
  fileSystem: FileSystem,
  folder: BytePath,
  configuration: BytePath,
): readonly InitScript[] {
  return scriptsIn(fileSystem, folder).flatMap(({ name, text }) => {
    const values = [...readAssignments(text).values()];
    const words = values.flatMap((value) => value.split(/\s+/)).map(pathFromText);
    if (!words.includes(configuration)) return [];
    const program = words.find((word) => SERVER_PROGRAM.test(word)) ?? null;
    return [{ name, program }];
  });
}

const SERVER_PROGRAM = /^\/(?:.*\/)?(?:redis|valkey|keydb|redict)-server$/;

function scriptsIn(
  fileSystem: FileSystem,
  folder: BytePath,
): { readonly name: string; readonly text: string }[] {
  const names = readOr([], () => (fileSystem.stat(folder) === null ? [] : fileSystem.list(folder)));
  return names.flatMap((name) => {
    if (!SERVER_SCRIPT.test(name) || !/^[\w.@-]+$/.test(name)) return [];
    const text = read(fileSystem, joinPath(folder, name), SCRIPT_MOST_BYTES);
    return text === null ? [] : [{ name: formatPath(name), text }];
  });
}

/** Null where PIDFILE is no absolute path. */
export function findPidFile(script: string): BytePath | null {
  const path = readAssignments(script).get('PIDFILE') ?? '';
  return path.startsWith('/') ? pathFromText(path) : null;
}

/** What a shell would have in its variables in the end, by the plain assignments of a script. */
function readAssignments(script: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of script.split('\n')) {
    const [, name = '', word = ''] =
      /^\s{0,}(?:export\s+)?(\w+)=("[^"]{0,}"|'[^']{0,}'|[^\s;#]{0,})/.exec(line) ?? [];
    if (name === '') continue;
    const isLiteral = word.startsWith("'");
    const text = isLiteral || word.startsWith('"') ? word.slice(1, -1) : word;
    const value = isLiteral
      ? text
      : text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced: string, plain: string) =>
          (values.get(braced ?? plain) ?? '').slice(0, VALUE_MOST),
        );
    values.set(name, value.slice(0, VALUE_MOST));
  }
  return values;
}

/** Longer values are no paths. Assignments that double each other would grow without end. */
const VALUE_MOST = 4096;

function read(fileSystem: FileSystem, path: BytePath, mostBytes: number): string | null {
  return readOr(null, () => {
    const real = fileSystem.realPath(path);
    if (real === null || fileSystem.stat(real)?.isFile() !== true) return null;
    return readFileUpTo(fileSystem, real, mostBytes)?.toString('utf8') ?? null;
  });
}

function readOr<T>(otherwise: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    // It was taken away, or something else than a file has taken its place.
    if (error instanceof SystemError || error instanceof CorruptError) return otherwise;
    throw error;
  }
}
