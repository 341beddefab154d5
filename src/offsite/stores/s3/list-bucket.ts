// Lists the objects of a bucket, page by page (ListObjectsV2). Each page and their number have a bound, and each
// page must lead on.
import { append } from '../../../system/lists/lists.js';
import { foreignAnswer } from '../http/remote-failure.js';
import { toRemoteStoreError } from '../http/retry.js';
import { MOST_LISTED, tooManyListed } from '../listing.js';
import { actionOn } from '../remote-session.js';
import type { S3Answer, S3Bucket } from './s3-bucket.js';
import { childrenOf, parseXml, textOf } from './xml.js';

export interface ListedKey {
  readonly key: string;
  /** By the server's clock; 0 where it does not say. */
  readonly changedAtMs: number;
}

const MOST_PAGE_BYTES = 8 * 1024 * 1024;

/** Keys that begin with `prefix`, without those with a further slash. @throws RemoteStoreError */
export async function listBucket(bucket: S3Bucket, prefix: string): Promise<ListedKey[]> {
  const action = actionOn('list', bucket.session.label, '');
  const found: ListedKey[] = [];
  let rows = 0;
  let token: string | null = null;
  for (;;) {
    const query: Record<string, string> = {
      'list-type': '2',
      'max-keys': '1000',
      delimiter: '/',
      'encoding-type': 'url',
      prefix,
      ...(token === null ? {} : { 'continuation-token': token }),
    };
    const call = { action, method: 'GET', key: null, query, expected: [200] } as const;
    const page = await bucket.call(call, readPage, MOST_PAGE_BYTES);
    append(
      found,
      // Not every store knows of a delimiter.
      page.keys.filter(({ key }) => key.startsWith(prefix) && !key.includes('/', prefix.length)),
    );
    if (page.next === null) return found;
    rows += page.rows;
    const isStuck = page.next === token || page.rows === 0;
    if (isStuck || rows > MOST_LISTED) {
      const failure = isStuck ? foreignAnswer('its list does not go on') : tooManyListed();
      throw toRemoteStoreError(failure, bucket.errandOf(action));
    }
    token = page.next;
  }
}

function readPage({ body }: S3Answer): {
  readonly keys: readonly ListedKey[];
  /** With the folders. */
  readonly rows: number;
  readonly next: string | null;
} {
  const root = parseXml(body);
  if (root.name !== 'ListBucketResult') throw foreignAnswer('its answer is not a list');
  const isEscaped = textOf(root, 'EncodingType') === 'url';
  const rows = childrenOf(root, 'Contents');
  const keys = rows.flatMap((row) => {
    const key = textOf(row, 'Key');
    const changedAtMs = Date.parse(textOf(row, 'LastModified') ?? '');
    const plain = key === null || !isEscaped ? key : unescapeKey(key);
    if (plain === null) return [];
    return [{ key: plain, changedAtMs: Number.isNaN(changedAtMs) ? 0 : changedAtMs }];
  });
  const isTruncated = textOf(root, 'IsTruncated') === 'true';
  return {
    keys,
    rows: rows.length + childrenOf(root, 'CommonPrefixes').length,
    next: isTruncated ? textOf(root, 'NextContinuationToken') : null,
  };
}

function unescapeKey(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
