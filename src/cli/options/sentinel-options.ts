// Makes a Sentinel request for a backup from the options that name Sentinels. Sentinels have passwords of
// their own, so the options for the server never apply to them.
import type { SentinelRequest } from '../../engine/server/server-request.js';
import { UsageError } from '../../errors.js';
import type { ToPath } from '../command.js';
import type { OptionName } from './option-table.js';
import type { ParsedArguments } from './parse-arguments.js';

/** These options say something about Sentinels, and need --sentinel, which names them. */
const DEPENDENT: readonly OptionName[] = [
  'master',
  'prefer',
  'sentinel-user',
  'sentinel-pass-file',
];

/**
 * @returns null if no option names a Sentinel
 * @throws UsageError
 */
export function toSentinelRequest(
  { counts, values }: ParsedArguments,
  toPath: ToPath,
): SentinelRequest | null {
  const addresses = values.get('sentinel') ?? [];
  if (addresses.length === 0) {
    const lonely = DEPENDENT.find((name) => counts.has(name));
    if (lonely === undefined) return null;
    throw new UsageError(`'--${lonely}' is about Sentinels, but no Sentinel is named`, {
      hint: "name them with '--sentinel HOST:PORT,…'",
    });
  }
  const value = (name: OptionName): string | null => values.get(name)?.[0] ?? null;
  const passFile = value('sentinel-pass-file');
  return {
    addresses,
    master: value('master'),
    prefer: value('prefer'),
    user: value('sentinel-user'),
    passFile: passFile === null ? null : toPath(passFile),
  };
}
