// The clear headers of an archive, as a store keeps them beside it: `X-Object-Meta-Redis-Rewind-…` in Swift,
// `x-amz-meta-redis-rewind-…` in S3. Values are percent-encoded, since not every store takes all of Unicode.
import type { ArchiveHeaders, ArchiveLabels } from './store.js';

const PREFIX = 'redis-rewind-';
const MOST_VALUE_BYTES = 1024;

export const SHA256_FIELD = `${PREFIX}sha256`;
/** Says which upload has made the object, so that an upload that fails removes no other archive. */
export const UPLOAD_FIELD = `${PREFIX}upload`;

/** Names without the prefix of the store, in lower case. */
export function formatLabels(labels: ArchiveLabels): Record<string, string> {
  const values: Record<string, string | number | null> = {
    program: labels.program,
    snapshot: labels.snapshotId,
    time: labels.snapshotTimeSeconds,
    host: labels.host,
    repository: labels.repositoryId,
  };
  const entries = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => [PREFIX + name, encodeURIComponent(String(value))]),
  );
}

export type HeaderOf = (name: string) => string | undefined;

/** @param headerOf by a name without the prefix of the store. Null where they are not ours, or are damaged */
export function parseHeaders(headerOf: HeaderOf): ArchiveHeaders | null {
  const program = parseText(headerOf(`${PREFIX}program`));
  const snapshotId = parseWhole(headerOf(`${PREFIX}snapshot`));
  const snapshotTimeSeconds = parseWhole(headerOf(`${PREFIX}time`));
  const host = parseText(headerOf(`${PREFIX}host`));
  const repository = headerOf(`${PREFIX}repository`);
  const repositoryId = repository === undefined ? null : parseText(repository);
  if (program === null || snapshotId === null || snapshotTimeSeconds === null || host === null) {
    return null;
  }
  if (repository !== undefined && repositoryId === null) return null;
  const sha256 = parseSha256(headerOf(SHA256_FIELD));
  return { program, snapshotId, snapshotTimeSeconds, host, repositoryId, sha256 };
}

export function parseSha256(text: string | undefined): string | null {
  return text !== undefined && /^[0-9a-f]{64}$/.test(text) ? text : null;
}

/** Foreign text: no control characters and nothing that reorders what a terminal shows. */
function parseText(value: string | undefined): string | null {
  if (value === undefined || value === '' || value.length > MOST_VALUE_BYTES) return null;
  try {
    const text = decodeURIComponent(value);
    return /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** Up to 15 digits; times up to the end of the year 9999. */
function parseWhole(value: string | undefined): number | null {
  if (value === undefined || !/^(?:0|[1-9][0-9]{0,11})$/.test(value)) return null;
  return Number(value) <= 253_402_300_799 ? Number(value) : null;
}
