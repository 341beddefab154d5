// One HTTP request and its answer. What a server sends is bounded in size and time. Node's fetch would do for
// small requests, but not for segments: it cannot ask before it sends a body (Expect: 100-continue), it loses the
// answer of a server that refuses a body midway, and its time limits are fixed. So this is node:http.
import * as http from 'node:http';
import * as https from 'node:https';
import { rootCertificates } from 'node:tls';
import { InterruptedError } from '../../../errors.js';
import type { RateLimit } from '../../../system/streams/rate-limit.js';
import type { Clock } from '../../../system/time/clock.js';
import { HttpAnswer } from './http-answer.js';
import { RemoteFailure, failureOfConnection } from './remote-failure.js';

/** Bytes to be sent, as often as it takes. */
export interface SendableBody {
  readonly sizeBytes: number;
  /** All bytes, anew with each call. A chunk is valid until the next one is asked for. */
  readonly chunks: () => Iterable<Uint8Array>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: SendableBody | null;
  /** How long the answer may take once everything is sent; null for the usual time. */
  readonly answerMs: number | null;
}

export interface HttpLimits {
  readonly connectMs: number;
  /** The longest time in which no byte moves. */
  readonly idleMs: number;
  /** From the end of the request to the end of the headers of the answer, and again to the end of a small body. */
  readonly answerMs: number;
  /** How long a server is waited for that was asked whether it wants the body. Most others never say so. */
  readonly continueMs: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  connectMs: 20_000,
  idleMs: 60_000,
  answerMs: 120_000,
  continueMs: 1000,
};

const MOST_HEADER_BYTES = 32 * 1024;
/** From this size on, the server is asked first. */
const ASK_FIRST_BYTES = 64 * 1024;
/** A body may take this long at least, and longer by its size. Who reads slower than that does not read. */
const SLOWEST_BYTES_PER_MS = 4;

export interface HttpClientOptions {
  readonly clock: Clock;
  readonly limits: HttpLimits;
  /** Certificates of authorities in PEM, beside those of Node.js; null for those alone. */
  readonly authorities: Uint8Array | null;
  /** Null for requests that nothing ends, such as those that tidy up. */
  readonly stopping: AbortSignal | null;
  /** Of the bodies in both directions; null without a limit. */
  readonly rateLimit: RateLimit | null;
}

export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #plain = new http.Agent({ keepAlive: true, maxSockets: 8 });
  readonly #encrypted: https.Agent;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    const { authorities } = options;
    this.#encrypted = new https.Agent({
      keepAlive: true,
      maxSockets: 8,
      ...(authorities === null ? {} : { ca: [...rootCertificates, Buffer.from(authorities)] }),
    });
  }

  /** Frees the connections that are idle. */
  close(): void {
    this.#plain.destroy();
    this.#encrypted.destroy();
  }

  /**
   * The answer, whatever its status. Its body must be read or discarded.
   * @throws RemoteFailure, InterruptedError
   */
  async send(wanted: HttpRequest): Promise<HttpAnswer> {
    const { stopping } = this.#options;
    throwIfStopped(stopping);
    const request = this.#start(wanted);
    const stop = (): void => void request.destroy();
    stopping?.addEventListener('abort', stop, { once: true });
    try {
      const response = await exchange(request, wanted, this.#options);
      return new HttpAnswer(request, response, this.#options);
    } catch (error) {
      request.destroy();
      throwIfStopped(stopping);
      throw failureOfConnection(error);
    } finally {
      stopping?.removeEventListener('abort', stop);
    }
  }

  #start({ method, url, headers, body }: HttpRequest): http.ClientRequest {
    const isEncrypted = url.protocol === 'https:';
    const length = body?.sizeBytes ?? 0;
    const hasBody = method === 'PUT' || method === 'POST';
    const sent = {
      ...headers,
      ...(hasBody ? { 'content-length': String(length) } : {}),
      ...(length >= ASK_FIRST_BYTES ? { expect: '100-continue' } : {}),
    };
    return (isEncrypted ? https : http).request(url, {
      method,
      headers: sent,
      agent: isEncrypted ? this.#encrypted : this.#plain,
      maxHeaderSize: MOST_HEADER_BYTES,
    });
  }
}

/** @throws InterruptedError */
export function throwIfStopped(stopping: AbortSignal | null): void {
  if (stopping?.aborted !== true) return;
  const { reason } = stopping;
  throw reason instanceof Error ? reason : new InterruptedError('SIGTERM');
}

/** Sends all of a request, unless the answer comes before. */
async function exchange(
  request: http.ClientRequest,
  { body, answerMs }: HttpRequest,
  { limits, rateLimit }: Pick<HttpClientOptions, 'limits' | 'rateLimit'>,
): Promise<http.IncomingMessage> {
  const timers = new Timers((reason) => {
    request.destroy(new RemoteFailure('timeout', reason, { isTransient: true }));
  });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
    request.once('close', () => reject(new RemoteFailure('lost', CUT, { isTransient: true })));
  });
  // While the body is being sent nobody waits for the answer yet.
  answered.catch(() => {});
  watchConnecting(request, timers, limits);
  request.setTimeout(limits.idleMs, () => {
    const reason = `nothing moved for ${limits.idleMs / 1000} seconds`;
    request.destroy(new RemoteFailure('timeout', reason, { isTransient: true }));
  });
  try {
    if (body === null) request.end();
    else {
      const sendMs = limits.answerMs + body.sizeBytes / SLOWEST_BYTES_PER_MS;
      timers.start('send', sendMs, 'it took the bytes too slowly');
      await sendBody(request, body, answered, { limits, rateLimit });
      timers.stop('send');
    }
    timers.start('answer', answerMs ?? limits.answerMs, 'its answer did not come in time');
    return await answered;
  } finally {
    timers.stopAll();
  }
}

const CUT = 'the connection was cut';

async function sendBody(
  request: http.ClientRequest,
  body: SendableBody,
  answered: Promise<http.IncomingMessage>,
  { limits, rateLimit }: Pick<HttpClientOptions, 'limits' | 'rateLimit'>,
): Promise<void> {
  let isOver = false;
  const over = answered.then(
    () => void (isOver = true),
    () => void (isOver = true),
  );
  if (body.sizeBytes >= ASK_FIRST_BYTES) {
    await Promise.race([over, untilWanted(request, limits.continueMs)]);
  }
  for (const chunk of body.chunks()) {
    for (const portion of rateLimit?.portions(chunk) ?? [chunk]) {
      await rateLimit?.pass(portion.length);
      if (isOver) return;
      // A copy, because the chunk is written after the next one may have been read.
      if (!request.write(Uint8Array.from(portion))) {
        await Promise.race([over, new Promise((resolve) => request.once('drain', resolve))]);
      }
    }
  }
  if (!isOver) request.end();
}

/** The server says that it wants the body. If it says nothing, the body is sent after a while. */
async function untilWanted(request: http.ClientRequest, continueMs: number): Promise<void> {
  request.flushHeaders();
  await new Promise<void>((resolve) => {
    request.once('continue', resolve);
    // The time counts from the connection on, which has a limit of its own.
    request.once('socket', (socket) => {
      const wait = (): void => void setTimeout(resolve, continueMs).unref();
      if (socket.connecting) socket.once(secureEvent(socket), wait);
      else wait();
    });
  });
}

function secureEvent(socket: object): string {
  return 'encrypted' in socket ? 'secureConnect' : 'connect';
}

function watchConnecting(
  request: http.ClientRequest,
  timers: Timers,
  { connectMs }: HttpLimits,
): void {
  timers.start('connect', connectMs, 'no connection in time');
  request.once('socket', (socket) => {
    const connected = (): void => timers.stop('connect');
    if (socket.connecting) socket.once(secureEvent(socket), connected);
    else connected();
  });
}

/** Time limits with a name each. */
class Timers {
  readonly #running = new Map<string, NodeJS.Timeout>();
  readonly #onTimeout: (reason: string) => void;

  constructor(onTimeout: (reason: string) => void) {
    this.#onTimeout = onTimeout;
  }

  start(name: string, durationMs: number, reason: string): void {
    this.#running.set(
      name,
      setTimeout(() => this.#onTimeout(reason), durationMs),
    );
  }

  stop(name: string): void {
    clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  stopAll(): void {
    for (const timer of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }
}
