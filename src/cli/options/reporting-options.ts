// How monitors are told of a run, as it is typed.
import type { Reporting } from '../../engine/automation/run-reported.js';
import { UsageError } from '../../errors.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { isPingAddress } from '../../system/network/ping.js';
import { readSecretLine } from '../../system/secrets/read-secret-line.js';
import { Secret } from '../../system/secrets/secret.js';
import type { ToPath } from '../command.js';
import type { ParsedArguments } from './parse-arguments.js';

/** @throws UsageError; SystemError where the file with the address cannot be read */
export function toReporting(
  { values }: Pick<ParsedArguments, 'values'>,
  toPath: ToPath,
  fileSystem: FileSystem,
): Reporting {
  const file = values.get('metrics-file')?.[0];
  return {
    metricsFile: file === undefined ? null : toPath(file),
    pingUrl: toPingUrl(values, toPath, fileSystem),
  };
}

function toPingUrl(
  values: ParsedArguments['values'],
  toPath: ToPath,
  fileSystem: FileSystem,
): Secret | null {
  const typed = values.get('ping')?.[0];
  const file = values.get('ping-file')?.[0];
  if (typed !== undefined && file !== undefined) {
    throw new UsageError("'--ping' and '--ping-file' do not go together");
  }
  const path = file === undefined ? null : toPath(file);
  const url =
    path === null
      ? typed === undefined
        ? null
        : new Secret(typed)
      : readSecretLine(fileSystem, { path, option: '--ping-file', what: 'address' });
  if (url === null || isPingAddress(url.reveal())) return url;
  throw new UsageError('what is to be pinged is no address', { hint: 'give https://…' });
}
