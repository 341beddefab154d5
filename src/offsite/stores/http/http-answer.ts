// The answer to an HTTP request. Its body is read at once, up to a size, or as a stream that must keep moving.
import type * as http from 'node:http';
import type { RateLimit } from '../../../system/streams/rate-limit.js';
import type { Clock } from '../../../system/time/clock.js';
import { RemoteFailure, failureOfConnection, foreignAnswer } from './remote-failure.js';

export interface AnswerLimits {
  readonly clock: Clock;
  readonly limits: { readonly idleMs: number; readonly answerMs: number };
  readonly stopping: AbortSignal | null;
  readonly rateLimit: RateLimit | null;
}

/** A stream moves if this much comes in the time in which something must move. */
const MOVING_BYTES = 64 * 1024;

/** The most of a body that nobody wants. */
const MOST_DISCARDED_BYTES = 64 * 1024;

export class HttpAnswer {
  readonly status: number;
  readonly #request: http.ClientRequest;
  readonly #response: http.IncomingMessage;
  readonly #limits: AnswerLimits;

  constructor(request: http.ClientRequest, response: http.IncomingMessage, limits: AnswerLimits) {
    this.status = response.statusCode ?? 0;
    this.#request = request;
    this.#response = response;
    this.#limits = limits;
  }

  /** A header by its name in lower case. Of one that comes twice, the first one. */
  header(name: string): string | undefined {
    const value = this.#response.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** `Content-Length`; null where the server does not say. */
  get sizeBytes(): number | null {
    const length = this.header('content-length') ?? '';
    return /^[0-9]{1,15}$/.test(length) ? Number(length) : null;
  }

  /** All of a small body. @throws RemoteFailure, also for one of more than `mostBytes` */
  async read(mostBytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const timer = setTimeout(() => {
      this.#response.destroy(
        new RemoteFailure('timeout', 'its answer did not come in time', { isTransient: true }),
      );
    }, this.#limits.limits.answerMs);
    try {
      for await (const chunk of this.chunks()) {
        sizeBytes += chunk.length;
        if (sizeBytes > mostBytes) throw foreignAnswer('its answer is longer than it may be');
        chunks.push(Buffer.from(chunk));
      }
    } finally {
      clearTimeout(timer);
    }
    return Buffer.concat(chunks);
  }

  /** Reads and forgets a body. A long one costs the connection. Never throws. */
  async discard(): Promise<void> {
    try {
      await this.read(MOST_DISCARDED_BYTES);
    } catch {
      this.#request.destroy();
    }
  }

  /** Gives up the rest of the answer, with the connection. */
  abandon(): void {
    this.#request.destroy();
  }

  /** The bytes as they come. @throws RemoteFailure, or the reason of `stopping` */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const { clock, stopping, rateLimit } = this.#limits;
    const { idleMs } = this.#limits.limits;
    // Who reads may be slow. Only the time in which a byte is waited for counts.
    this.#request.setTimeout(0);
    const stop = (): void => void this.#request.destroy();
    stopping?.addEventListener('abort', stop, { once: true });
    if (stopping?.aborted === true) stop();
    let waitedMs = 0;
    let movedBytes = 0;
    try {
      const incoming = this.#response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      for (;;) {
        const askedAtMs = clock.monotonicMs();
        const next = await this.#patiently(incoming.next());
        if (next.done === true) break;
        waitedMs += clock.monotonicMs() - askedAtMs;
        movedBytes += next.value.length;
        if (movedBytes >= MOVING_BYTES) {
          waitedMs = 0;
          movedBytes = 0;
        } else if (waitedMs > idleMs) {
          throw new RemoteFailure('timeout', 'it sends too slowly', { isTransient: true });
        }
        await rateLimit?.pass(next.value.length);
        yield next.value;
      }
      if (!this.#response.complete) {
        throw new RemoteFailure('lost', 'the connection was cut', { isTransient: true });
      }
      // A server that has answered before it had everything does not read the rest.
      if (!this.#request.writableFinished) this.#request.destroy();
    } catch (error) {
      this.#request.destroy();
      if (stopping?.aborted === true) throw stopping.reason;
      throw failureOfConnection(error);
    } finally {
      stopping?.removeEventListener('abort', stop);
      // Whoever stops in the middle does not want the rest.
      if (!this.#response.complete) this.#request.destroy();
    }
  }

  /** Cuts the connection if nothing comes in time. */
  async #patiently<T>(next: Promise<T>): Promise<T> {
    const { idleMs } = this.#limits.limits;
    let isTooLate = false;
    const timer = setTimeout(() => {
      isTooLate = true;
      this.#request.destroy();
    }, idleMs);
    try {
      return await next;
    } catch (error) {
      if (!isTooLate) throw error;
      const reason = `nothing moved for ${idleMs / 1000} seconds`;
      throw new RemoteFailure('timeout', reason, { isTransient: true, cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}
