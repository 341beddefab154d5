// Reads an object from S3, whole or a range of it.
import { foreignAnswer } from '../http/remote-failure.js';
import { downloadChunks } from '../http/resumed-download.js';
import { toRemoteStoreError } from '../http/retry.js';
import type { S3Bucket } from './s3-bucket.js';
import { type S3Head, toHead } from './s3-objects.js';

export interface OpenDownload {
  readonly head: S3Head;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly close: () => void;
}

/** @throws RemoteStoreError, also later, by the chunks */
export async function downloadObject(
  bucket: S3Bucket,
  action: string,
  key: string,
): Promise<OpenDownload> {
  const call = { action, method: 'GET', key } as const;
  const errand = bucket.errandOf(action);
  const first = await bucket.open({ ...call, expected: [200] });
  const { sizeBytes } = first;
  const etag = first.header('etag');
  if (sizeBytes === null || etag === undefined) {
    first.abandon();
    throw toRemoteStoreError(foreignAnswer('it says no size, or no ETag'), errand);
  }
  const reopen = (start: number): ReturnType<S3Bucket['open']> =>
    bucket.openOnce({
      ...call,
      headers: { range: `bytes=${start}-`, 'if-match': etag },
      expected: [206],
    });
  const { policy } = bucket.session;
  return {
    head: toHead((name) => first.header(name)),
    chunks: downloadChunks({ errand, policy, etag, sizeBytes, first, reopen }),
    close: () => first.abandon(),
  };
}

/** The bytes of a part, from `start` on. @throws RemoteStoreError, also later, by the chunks */
export async function downloadRange(
  bucket: S3Bucket,
  action: string,
  range: { readonly key: string; readonly start: number; readonly sizeBytes: number },
): Promise<AsyncIterable<Uint8Array>> {
  const { key, start, sizeBytes } = range;
  const answer = await bucket.open({
    action,
    method: 'GET',
    key,
    headers: { range: `bytes=${start}-${start + sizeBytes - 1}` },
    expected: [206],
  });
  return answer.chunks();
}
