// When the ETag of an S3 object is a digest: the MD5 of an object that was sent at once, and for one that was sent
// in parts the MD5 of the parts' MD5s with their number. It is neither for objects that are encrypted with keys of a
// key service or of the client, and some stores have ETags of their own.
import { createHash } from 'node:crypto';

type HeaderOf = (name: string) => string | undefined;

/** Without its quotes, in lower case; null where it can be no digest. */
export function digestInEtag(headerOf: HeaderOf): string | null {
  const etag = (headerOf('etag') ?? '').replaceAll('"', '').toLowerCase();
  const isOfKeys =
    (headerOf('x-amz-server-side-encryption') ?? '').startsWith('aws:kms') ||
    headerOf('x-amz-server-side-encryption-customer-algorithm') !== undefined;
  return !isOfKeys && /^[0-9a-f]{32}(?:-[0-9]{1,5})?$/.test(etag) ? etag : null;
}

export function etagOfParts(parts: readonly { readonly md5: string }[]): string {
  const digest = createHash('md5');
  for (const { md5 } of parts) digest.update(Buffer.from(md5, 'hex'));
  return `${digest.digest('hex')}-${parts.length}`;
}

/**
 * Whether an ETag shows that other bytes are stored than those that were sent. An ETag of another form shows
 * nothing: some stores give the MD5 of the whole to an object that was sent in parts.
 */
export function isOtherEtag(headerOf: HeaderOf, expected: string): boolean {
  const etag = digestInEtag(headerOf);
  if (etag === null || etag.includes('-') !== expected.includes('-')) return false;
  return etag !== expected;
}
