// Makes the paths that people type absolute. `.` and doubled slashes are dropped. Links are followed before
// `..` is applied, as the system does for `ls ..`.
import { UsageError } from '../../errors.js';
import {
  type BytePath,
  joinPath,
  parentPath,
  parsePath,
  pathFromText,
} from '../../system/files/byte-path.js';
import { SERVER_URL, misplacedUrl } from './server-url.js';

/** The real path, or null where nothing exists there. */
export type RealPath = (path: BytePath) => BytePath | null;

/** Where archives lie on other machines. */
const STORE_URL = /^(?:swift|s3):\/\//i;

/** `host::path` of rdiff-backup, and what is clear of `user@host:path` and `host:/path` of scp and rsync. */
const OTHER_MACHINE = /^(?:[^/]+::|[^/:]+@[^/:]+:|[^/:]+:\/)/;

/** What Node.js puts in an argument in place of bytes that are not UTF-8. */
const REPLACEMENT = '\uFFFD';

/**
 * The absolute path that `argument` stands for, without a slash at its end. `\xHH` in it is a byte.
 * @throws UsageError for an empty path, a path with a NUL, a path whose bytes Node.js has lost, and for a path
 * of another machine.
 */
export function resolvePathArgument(argument: string, realPath: RealPath): BytePath {
  if (argument === '') throw new UsageError('a path is empty');
  if (SERVER_URL.test(argument)) throw misplacedUrl();
  if (STORE_URL.test(argument))
    throw new UsageError('a remote store stands where a path of this machine is expected', {
      hint: "'restore --from', 'recover --from', 'export', 'remote' and 'backup --then-export' take a remote store",
    });
  if (OTHER_MACHINE.test(argument))
    throw new UsageError(`'${argument}' names another machine`, {
      hint: `redis-rewind works on paths of this machine; a file of that name is './${argument}'`,
    });
  if (argument.includes(REPLACEMENT))
    throw new UsageError(`path '${argument}' is not UTF-8`, {
      hint: 'write each byte that is not UTF-8 as \\xHH, in quotes',
    });
  const typed = parsePath(argument);
  if (typed.includes('\0')) throw new UsageError(`path '${argument}' holds a NUL byte`);
  let path = typed.startsWith('/') ? pathFromText('/') : realPath(pathFromText('.'));
  if (path === null) throw new UsageError('the working directory no longer exists');
  for (const name of typed.split('/')) {
    if (name === '' || name === '.') continue;
    path = name === '..' ? parentPath(realPath(path) ?? path) : joinPath(path, name);
  }
  return path;
}
