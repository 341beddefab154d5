// The command that brings a whole server to the time of a restore, as a person may copy it from a hint. Pure.
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { shellWord } from '../../system/text/shell-word.js';
import type { RestoreSource } from './restore-source.js';

/**
 * Of an archive, which may be a pipe and has keys, it has words in capitals to be replaced.
 * @param directory where the server works
 */
export function recoverCommand({ location, snapshot }: RestoreSource, directory: BytePath): string {
  const dataDirectory = shellWord(formatPath(directory));
  if (location?.isRepository !== true) {
    return `redis-rewind recover --from ARCHIVE -i FILE REPO --data-dir ${dataDirectory}`;
  }
  const repository = shellWord(formatPath(location.path));
  return `redis-rewind recover -r ${snapshot.time} ${repository} --data-dir ${dataDirectory}`;
}
