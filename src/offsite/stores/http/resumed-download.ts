// A download that goes on after a cut connection, from the byte that is needed next. The ETag proves that it is
// still the same object. It gives up when several attempts in a row bring nothing.
import type { HttpAnswer } from './http-answer.js';
import { RemoteFailure, foreignAnswer } from './remote-failure.js';
import { type Errand, type RetryPolicy, withRetries } from './retry.js';

export interface Download {
  readonly errand: Errand;
  readonly policy: RetryPolicy;
  /** As the server sent it, with its quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
  /** The answer that has brought the headers; its body begins at byte 0. */
  readonly first: HttpAnswer;
  /** Asks for the bytes from `start` on, if the object still has the ETag: an answer of status 206. */
  readonly reopen: (start: number) => Promise<HttpAnswer>;
}

/** @throws RemoteStoreError, InterruptedError */
export async function* downloadChunks(
  download: Download,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { sizeBytes, policy, errand } = download;
  let position = 0;
  let open: AsyncGenerator<Uint8Array, void, undefined> | null = download.first.chunks();
  try {
    while (position < sizeBytes) {
      // Each chunk that comes begins the count of attempts anew.
      const chunk = await withRetries(policy, errand, async () => {
        try {
          open ??= (await reopen(download, position)).chunks();
          return await nextChunk(open, sizeBytes - position);
        } catch (error) {
          open = null;
          throw error;
        }
      });
      position += chunk.length;
      yield chunk;
    }
  } finally {
    await (open as AsyncGenerator<Uint8Array> | null)?.return(undefined);
  }
}

async function nextChunk(
  open: AsyncGenerator<Uint8Array, void, undefined>,
  missingBytes: number,
): Promise<Uint8Array> {
  const next = await open.next();
  if (next.done === true) {
    throw new RemoteFailure('lost', 'the connection was cut', { isTransient: true });
  }
  if (next.value.length > missingBytes) throw foreignAnswer('it sends more than it said');
  return next.value;
}

async function reopen(download: Download, start: number): Promise<HttpAnswer> {
  const { sizeBytes, etag } = download;
  const answer = await download.reopen(start);
  const [, from, to, whole] =
    /^bytes ([0-9]{1,15})-([0-9]{1,15})\/([0-9]{1,15})$/.exec(
      answer.header('content-range') ?? '',
    ) ?? [];
  const isSame = answer.header('etag') === etag && Number(whole) === sizeBytes;
  if (isSame && Number(from) === start && Number(to) === sizeBytes - 1) return answer;
  answer.abandon();
  if (!isSame) {
    throw new RemoteFailure('changed', 'it has become another one meanwhile', {
      hint: 'run again',
    });
  }
  throw foreignAnswer('it sends other bytes than those that were asked for');
}
