// Reads a password, or a passphrase, that a file holds: its first line.
import { UsageError } from '../../errors.js';
import { type BytePath, formatPath } from '../files/byte-path.js';
import type { FileSystem } from '../files/file-system.js';
import { readSmallFile } from '../files/read-small-file.js';
import { Secret } from './secret.js';

export interface SecretFile {
  readonly path: BytePath;
  /** The option that names it, such as `--pass-file`. */
  readonly option: string;
  /** What it holds: `password`, `passphrase`. */
  readonly what: string;
}

/** @throws UsageError where the line is empty; SystemError where the file cannot be read, or is larger than 16 MiB */
export function readSecretLine(fileSystem: FileSystem, { path, option, what }: SecretFile): Secret {
  const [line = ''] = readSmallFile(fileSystem, path).toString('utf8').split(/\r?\n/);
  if (line !== '') return new Secret(line);
  throw new UsageError(`the file '${formatPath(path)}' named by ${option} holds no ${what}`);
}
