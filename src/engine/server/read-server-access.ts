// Where a server is and how to log in, from the options. Files of passwords are read here. Nothing is
// contacted yet.
import { type ServerAccess, parseServerAccess } from '../../redis/connection/server-access.js';
import { type SentinelAccess, parseSentinelAccess } from '../../redis/sentinel/sentinel-access.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readSecretLine } from '../../system/secrets/read-secret-line.js';
import type { Secret } from '../../system/secrets/secret.js';
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

function readPassword(fileSystem: FileSystem, path: BytePath, option: string): Secret {
  return readSecretLine(fileSystem, { path, option, what: 'password' });
}
