// What an S3 store means by an answer that is no success: the status, and the code in its XML.
import type { HttpAnswer } from '../http/http-answer.js';
import { RemoteFailure, failureOfStatus, parseRetryAfter } from '../http/remote-failure.js';

const MOST_ERROR_BYTES = 64 * 1024;

/** Reads the error, and never fails. */
export async function readS3Failure(answer: HttpAnswer, nowMs: number): Promise<RemoteFailure> {
  let body = '';
  try {
    body = (await answer.read(MOST_ERROR_BYTES)).toString('utf8');
  } catch {
    answer.abandon();
  }
  const retryAfterMs = parseRetryAfter(answer.header('retry-after'), nowMs);
  return failureOfCode(answer.status, codeIn(body), {
    retryAfterMs,
    region: regionOf(answer),
  });
}

/** The code of an error as S3 stores write it; empty where there is none. */
export function codeIn(xml: string): string {
  return /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(xml)?.[1] ?? '';
}

const CREDENTIALS = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
]);
const PASSING = new Set(['RequestTimeout', 'OperationAborted', 'SlowDown', 'InternalError']);

export function failureOfCode(
  status: number,
  code: string,
  {
    retryAfterMs,
    region,
  }: { readonly retryAfterMs: number | null; readonly region: string | null },
): RemoteFailure {
  const shown = code === '' ? String(status) : `${status} ${code}`;
  if (PASSING.has(code)) {
    return new RemoteFailure('busy', `it answered ${shown}`, {
      isTransient: true,
      retryAfterMs,
      status,
      hint: 'run again later; whoever runs the store may know more',
    });
  }
  if (code === 'BadDigest' || code === 'XAmzContentSHA256Mismatch') {
    const reason = 'the checksum was wrong when the bytes arrived';
    return new RemoteFailure('mismatch', reason, { isTransient: true, status });
  }
  if (code === 'RequestTimeTooSkewed') {
    return new RemoteFailure('credentials', `it answered ${shown}`, {
      status,
      hint: 'set the clock of this machine',
    });
  }
  if (CREDENTIALS.has(code)) {
    return new RemoteFailure('credentials', `it does not accept the credentials (${code})`, {
      status,
    });
  }
  if (code === 'NoSuchBucket') {
    return new RemoteFailure('missing', 'there is no such bucket', {
      status,
      hint: 'check its name, or make the bucket',
    });
  }
  if (
    region !== null ||
    (status >= 300 && status < 400) ||
    code === 'AuthorizationHeaderMalformed'
  ) {
    return new RemoteFailure('refused', `the bucket is elsewhere (${shown})`, {
      status,
      hint:
        region === null ? 'set AWS_REGION to the region of the bucket' : `set AWS_REGION=${region}`,
    });
  }
  const usual = failureOfStatus(status, retryAfterMs);
  if (code === '' || usual.trouble !== 'refused') return usual;
  return new RemoteFailure('refused', `it answered ${shown}`, { status });
}

/** Where the bucket is, if the store says so while it refuses a request that was for another region. */
function regionOf(answer: HttpAnswer): string | null {
  const region = answer.header('x-amz-bucket-region') ?? '';
  const isElsewhere = [301, 307, 400].includes(answer.status);
  return isElsewhere && /^[a-z0-9-]{1,40}$/.test(region) ? region : null;
}
