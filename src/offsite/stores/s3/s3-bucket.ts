// Requests to a bucket: signed, and tried again where that may help (http/retry.ts).
import { createHash } from 'node:crypto';
import type { HttpAnswer } from '../http/http-answer.js';
import type { HttpRequest, SendableBody } from '../http/http-client.js';
import { type Errand, withRetries } from '../http/retry.js';
import type { RemoteSession } from '../remote-session.js';
import type { S3Access } from './s3-access.js';
import { readS3Failure } from './s3-failure.js';
import { EMPTY_SHA256, escapeUri, formatQuery, signRequest } from './sign-request.js';

export interface S3Body extends SendableBody {
  /** In hexadecimal. */
  readonly md5: string;
  readonly sha256: string;
}

export interface S3Call {
  /** As it follows "cannot". */
  readonly action: string;
  readonly method: HttpRequest['method'];
  /** Null for the bucket itself. */
  readonly key: string | null;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: S3Body;
  /** The statuses that are an answer. All others are failures. */
  readonly expected: readonly number[];
  readonly answerMs?: number;
}

export interface S3Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

const MOST_BODY_BYTES = 64 * 1024;

export function bodyOf(text: string): S3Body {
  const bytes = Buffer.from(text);
  return {
    sizeBytes: bytes.length,
    md5: createHash('md5').update(bytes).digest('hex'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    chunks: () => [bytes],
  };
}

export class S3Bucket {
  readonly session: RemoteSession;
  readonly #access: S3Access;
  #serverNowMs: number | null = null;

  constructor(session: RemoteSession, access: S3Access) {
    this.session = session;
    this.#access = access;
  }

  /** By the clock of the server, once it has answered. */
  get nowMs(): number {
    return this.#serverNowMs ?? this.session.clock.nowMs();
  }

  /**
   * Asks, and reads the whole answer.
   * @param take looks at the answer, and may throw a RemoteFailure to have the request tried again
   * @throws RemoteStoreError, InterruptedError
   */
  async call<T = S3Answer>(
    call: S3Call,
    take: (answer: S3Answer) => T = (answer) => answer as T,
    mostBytes = MOST_BODY_BYTES,
  ): Promise<T> {
    return this.#withRetries(call, async (answer) =>
      take({
        status: answer.status,
        header: (name) => answer.header(name),
        body: await answer.read(mostBytes),
      }),
    );
  }

  /** Asks, and leaves the body to the caller. Errors as of `call`. */
  async open(call: S3Call): Promise<HttpAnswer> {
    return this.#withRetries(call, (answer) => Promise.resolve(answer));
  }

  /** As `open`, but only once: whoever asks tries again by itself. @throws RemoteFailure, InterruptedError */
  async openOnce(call: S3Call): Promise<HttpAnswer> {
    const answer = await this.session.http.send(this.#requestOf(call));
    const date = Date.parse(answer.header('date') ?? '');
    if (!Number.isNaN(date)) this.#serverNowMs = date;
    if (call.expected.includes(answer.status)) return answer;
    throw await readS3Failure(answer, this.session.clock.nowMs());
  }

  errandOf(action: string): Errand {
    return { action, store: this.session.label, advice: this.session.advice };
  }

  async #withRetries<T>(call: S3Call, take: (answer: HttpAnswer) => Promise<T>): Promise<T> {
    return withRetries(this.session.policy, this.errandOf(call.action), async () =>
      take(await this.openOnce(call)),
    );
  }

  #requestOf({ method, key, query, headers = {}, body, answerMs }: S3Call): HttpRequest {
    const path = key === null ? '' : `/${key.split('/').map(escapeUri).join('/')}`;
    const url = new URL(this.#access.bucketUrl + path);
    if (query !== undefined) url.search = formatQuery(query);
    const md5 = body === undefined ? {} : { 'content-md5': toBase64(body.md5) };
    const unsigned = {
      method,
      url,
      headers: { ...headers, ...md5 },
      bodySha256: body?.sha256 ?? EMPTY_SHA256,
    };
    const { credentials, region } = this.#access;
    const signer = { credentials, region, nowMs: this.session.clock.nowMs() };
    return {
      method,
      url,
      headers: signRequest(unsigned, signer),
      body: body ?? null,
      answerMs: answerMs ?? null,
    };
  }
}

function toBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}
