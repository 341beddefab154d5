// Notices that something was renamed into a directory, or into a folder right below it. chokidar compares
// their times every second. inotify does not fit: every write to an AOF would wake
// the process (docs/decisions/0009). A notice is only a hint to look.
import { type BytePath, pathFromText, pathToBytes } from './byte-path.js';

const LOOK_EVERY_MS = 1000;

export interface DirectoryWatch {
  close(): Promise<void>;
}

/**
 * @param path absolute; a path that is not UTF-8 cannot be watched, and `onChange` is then never called
 * @param isOfInterest tells by its name whether a file is watched
 * @param onChange called whenever something may have changed
 */
export async function watchDirectory(
  path: BytePath,
  isOfInterest: (name: BytePath) => boolean,
  onChange: () => void,
): Promise<DirectoryWatch> {
  const text = pathToBytes(path).toString('utf8');
  if (pathFromText(text) !== path) return { close: async () => {} };
  // Loaded only where something is watched.
  const { watch } = await import('chokidar');
  const watcher = watch(text, {
    depth: 1,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    followSymlinks: false,
    atomic: false,
    usePolling: true,
    interval: LOOK_EVERY_MS,
    binaryInterval: LOOK_EVERY_MS,
    ignored: (name, stat) => stat?.isFile() === true && !isOfInterest(nameOf(name)),
  });
  watcher.on('all', onChange).on('error', onChange);
  return { close: async () => watcher.close() };
}

function nameOf(path: string): BytePath {
  return pathFromText(path.slice(path.lastIndexOf('/') + 1));
}
