// Finds the script of /etc/init.d that has started a server: the one whose file of process ids names it. Debian's script has
// `PIDFILE=$RUNDIR/redis-server.pid`, that of Redis `PIDFILE=/var/run/redis_${REDISPORT}.pid`.
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
  const names = readOr([], () => (fileSystem.stat(folder) === null ? [] : fileSystem.list(folder)));
  const found = names.find((name) => {
    if (!SERVER_SCRIPT.test(name) || !/^[\w.@-]+$/.test(name)) return false;
    const script = read(fileSystem, joinPath(folder, name), SCRIPT_MOST_BYTES);
    const pidFile = script === null ? null : findPidFile(script);
    if (pidFile === null) return false;
    const text = read(fileSystem, pidFile, PID_MOST_BYTES);
    return text !== null && text.trim() === String(processId);
  });
  return found === undefined ? null : formatPath(found);
}

/** What a shell would have in PIDFILE, by the plain assignments above it. Null where that is no absolute path. */
export function findPidFile(script: string): BytePath | null {
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
  const path = values.get('PIDFILE') ?? '';
  return path.startsWith('/') ? pathFromText(path) : null;
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
