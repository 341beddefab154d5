// The command that brings a whole server to the time of a restore, as a person may copy it from a hint. Pure.
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { shellWord } from '../../system/text/shell-word.js';
import type { RestoreSource } from './restore-source.js';

/**
 * @param directory where the server works
 * @returns null where the source is not a repository that a person could name
 */
export function recoverCommand(
  { location, snapshot }: RestoreSource,
  directory: BytePath,
): string | null {
  if (location?.isRepository !== true) return null;
  const [repository, dataDirectory] = [location.path, directory].map((path) =>
    shellWord(formatPath(path)),
  );
  return `redis-rewind recover -r ${snapshot.time} ${repository} --data-dir ${dataDirectory}`;
}
