// Finds the configuration file of a server that does not run, by its directory: the one in the usual places whose `dir` it is.
import { RewindError, UsageError } from '../../../errors.js';
import { expandFileNames } from '../../../redis/server/expand-file-names.js';
import { readConfiguration } from '../../../redis/server/live-server.js';
import { type BytePath, formatPath, pathFromText } from '../../../system/files/byte-path.js';
import type { FileStat, FileSystem } from '../../../system/files/file-system.js';

/** Where Debian, Red Hat, Alpine and Redis itself keep them. */
const FOLDERS = ['/etc', '/etc/redis', '/etc/valkey', '/usr/local/etc', '/usr/local/etc/redis'];
const PATTERNS = ['redis*.conf', 'valkey*.conf', '[0-9]*.conf'];

export function usualConfigurations(fileSystem: FileSystem): readonly BytePath[] {
  return FOLDERS.map(pathFromText).flatMap((folder) =>
    PATTERNS.flatMap((pattern) => orNone(() => expandFileNames(fileSystem, folder, pattern))),
  );
}

/**
 * Null where there is none. A file counts only if it belongs to root or to the owner of the directory: nobody else may say
 * what such a server loads.
 * @param directory real path, which exists
 * @throws UsageError where there are several
 */
export function findConfiguration(
  fileSystem: FileSystem,
  directory: { readonly path: BytePath; readonly stat: FileStat },
  places: readonly BytePath[] = usualConfigurations(fileSystem),
): BytePath | null {
  const found = new Map<BytePath, BytePath>();
  for (const path of places) {
    const [real = null] = orNone(() => [fileSystem.realPath(path)]);
    if (real !== null && names(fileSystem, real, directory)) found.set(real, path);
  }
  const [first = null, ...others] = found.values();
  if (first === null || others.length === 0) return first;
  const shown = [first, ...others].map((path) => `'${formatPath(path)}'`).join(' and ');
  throw new UsageError(`${shown} both have '${formatPath(directory.path)}' as their directory`, {
    hint: 'say which of them the server is started with: --redis-conf FILE',
  });
}

function names(
  fileSystem: FileSystem,
  configuration: BytePath,
  { stat }: { readonly stat: FileStat },
): boolean {
  const owner = fileSystem.stat(configuration)?.uid;
  if (owner !== 0n && owner !== stat.uid) return false;
  const [said] = orNone(() => [readConfiguration(fileSystem, configuration).directives.get('dir')]);
  const [dir = ''] = said ?? [];
  if (!dir.startsWith('/')) return false;
  const [real = null] = orNone(() => [fileSystem.realPath(dir as BytePath)]);
  const other = real === null ? null : fileSystem.stat(real);
  return other?.dev === stat.dev && other.ino === stat.ino;
}

/** What cannot be read here, or what no server would accept, says nothing. */
function orNone<T>(work: () => readonly T[]): readonly T[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof RewindError) return [];
    throw error;
  }
}
