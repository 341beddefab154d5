// Where a server is and how to log in, from the options. Files of passwords are read here. Nothing is
// contacted yet.
import { UsageError } from '../../errors.js';
import { type ServerAccess, parseServerAccess } from '../../redis/connection/server-access.js';
import { type SentinelAccess, parseSentinelAccess } from '../../redis/sentinel/sentinel-access.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readSmallFile } from '../../system/files/read-small-file.js';
import { Secret } from '../../system/secrets/secret.js';
import type { ServerRequest } from './server-request.js';

/** @throws UsageError for what makes no sense; SystemError where the file of a password cannot be read */
export function readServerAccess(
  request: ServerRequest,
  fileSystem: FileSystem,
): ServerAccess | SentinelAccess {
  const { sentinel, passFile, environmentPassword } = request;
  const password =
    passFile === null ? request.password : readPassword(fileSystem, passFile, '--pass-file');
  const options = { ...request, password };
  if (sentinel === null) return parseServerAccess(options, environmentPassword);
  const theirs =
    sentinel.passFile === null
      ? null
      : readPassword(fileSystem, sentinel.passFile, '--sentinel-pass-file');
  return parseSentinelAccess({ ...sentinel, password: theirs }, options, environmentPassword);
}

/** The first line of a file. */
function readPassword(fileSystem: FileSystem, path: BytePath, option: string): Secret {
  const [line = ''] = readSmallFile(fileSystem, path).toString('utf8').split(/\r?\n/);
  if (line !== '') return new Secret(line);
  throw new UsageError(`the file '${formatPath(path)}' named by ${option} holds no password`);
}
