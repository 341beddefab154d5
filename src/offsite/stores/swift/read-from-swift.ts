// Reads an object from Swift. A static large object comes as one stream.
import { foreignAnswer } from '../http/remote-failure.js';
import { downloadChunks } from '../http/resumed-download.js';
import { toRemoteStoreError } from '../http/retry.js';
import type { SwiftAccount } from './swift-account.js';
import { type SwiftHead, toHead } from './swift-objects.js';

export interface OpenDownload {
  readonly head: SwiftHead;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly close: () => void;
}

/** @throws RemoteStoreError, also later, by the chunks */
export async function downloadObject(
  account: SwiftAccount,
  action: string,
  wanted: { readonly container: string; readonly object: string },
): Promise<OpenDownload> {
  const { container, object } = wanted;
  const call = { action, method: 'GET', container, object } as const;
  const errand = account.errandOf(action);
  const first = await account.open({ ...call, expected: [200] });
  const { sizeBytes } = first;
  const etag = first.header('etag');
  if (sizeBytes === null || etag === undefined) {
    first.abandon();
    throw toRemoteStoreError(foreignAnswer('it says no size, or no checksum'), errand);
  }
  const reopen = (start: number): ReturnType<SwiftAccount['open']> =>
    account.openOnce({
      ...call,
      headers: { range: `bytes=${start}-`, 'if-match': etag },
      expected: [206],
    });
  const { policy } = account.session;
  return {
    head: toHead((name) => first.header(name)),
    chunks: downloadChunks({ errand, policy, etag, sizeBytes, first, reopen }),
    close: () => first.abandon(),
  };
}
