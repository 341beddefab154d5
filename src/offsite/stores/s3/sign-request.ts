// Signs requests to S3: AWS Signature Version 4, as "Authenticating Requests: Using the Authorization Header" of
// Amazon's S3 API reference has it. The secret key never leaves this machine.
import { createHash, createHmac } from 'node:crypto';
import type { S3Credentials } from './s3-access.js';

export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. All of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hexadecimal. */
  readonly bodySha256: string;
}

export interface Signer {
  readonly credentials: S3Credentials;
  readonly region: string;
  /** The time of the request, by the clock of this machine. */
  readonly nowMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
export const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** The headers of the request with those of the signature. */
export function signRequest(
  { method, url, headers, bodySha256 }: UnsignedRequest,
  { credentials, region, nowMs }: Signer,
): Record<string, string> {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.[0-9]+/g, '');
  const date = time.slice(0, 8);
  const token = credentials.sessionToken;
  const all: Record<string, string> = {
    ...headers,
    host: url.host,
    'x-amz-content-sha256': bodySha256,
    'x-amz-date': time,
    ...(token === null ? {} : { 'x-amz-security-token': token.reveal() }),
  };
  const names = Object.keys(all).toSorted();
  const canonical = [
    method,
    url.pathname,
    url.search.slice(1),
    ...names.map((name) => `${name}:${all[name]?.trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    bodySha256,
  ].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = [ALGORITHM, time, scope, sha256(canonical)].join('\n');
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (last, part) => hmac(last, part),
    `AWS4${credentials.secretAccessKey.reveal()}`,
  );
  const signature = hmac(key, toSign).toString('hex');
  return {
    ...all,
    authorization: `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

/** A query as it is signed and sent: sorted, and each byte escaped that is not unreserved in RFC 3986. */
export function formatQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${escapeUri(name)}=${escapeUri(value)}`)
    .toSorted()
    .join('&');
}

/** As encodeURIComponent, with the five signs that it leaves out. */
export function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
