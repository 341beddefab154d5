// Requests to a Swift account. Logs in when it is needed, and again when a token is no longer good. Requests are
// tried again where that may help (http/retry.ts).
import type { HttpAnswer } from '../http/http-answer.js';
import type { HttpRequest, SendableBody } from '../http/http-client.js';
import { RemoteFailure, failureOfStatus, parseRetryAfter } from '../http/remote-failure.js';
import { type Errand, withRetries } from '../http/retry.js';
import type { RemoteSession } from '../remote-session.js';
import { type SwiftLogin, logIn } from './log-in.js';
import type { SwiftAccess } from './swift-access.js';

export interface SwiftCall {
  /** As it follows "cannot". */
  readonly action: string;
  readonly method: HttpRequest['method'];
  readonly container: string;
  /** Null for the container itself. */
  readonly object: string | null;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: SendableBody;
  /** The statuses that are an answer. All others are failures. */
  readonly expected: readonly number[];
  readonly answerMs?: number;
}

/** An answer that was read whole. */
export interface SwiftAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

/** A login that the usual and the tidying session share. */
export class SharedLogin {
  current: SwiftLogin | null = null;
}

const MOST_BODY_BYTES = 64 * 1024;

export class SwiftAccount {
  readonly session: RemoteSession;
  readonly #access: SwiftAccess;
  readonly #login: SharedLogin;
  /** `Date` of the last answer, so that ages are by the clock of the server. */
  #serverNowMs: number | null = null;

  constructor(session: RemoteSession, access: SwiftAccess, login: SharedLogin) {
    this.session = session;
    this.#access = access;
    this.#login = login;
  }

  get nowMs(): number {
    return this.#serverNowMs ?? this.session.clock.nowMs();
  }

  /** Asks, and reads the whole answer. @throws RemoteStoreError, InterruptedError */
  async call(call: SwiftCall, mostBytes = MOST_BODY_BYTES): Promise<SwiftAnswer> {
    return this.#withRetries(call, async (answer) => ({
      status: answer.status,
      header: (name: string) => answer.header(name),
      body: await answer.read(mostBytes),
    }));
  }

  /** Asks, and leaves the body to the caller. Errors as of `call`. */
  async open(call: SwiftCall): Promise<HttpAnswer> {
    return this.#withRetries(call, (answer) => Promise.resolve(answer));
  }

  /** As `open`, but only once: whoever asks tries again by itself. @throws RemoteFailure, InterruptedError */
  async openOnce(call: SwiftCall): Promise<HttpAnswer> {
    return this.#attempt(call);
  }

  errandOf(action: string): Errand {
    return { action, store: this.session.label, advice: this.session.advice };
  }

  async #withRetries<T>(call: SwiftCall, take: (answer: HttpAnswer) => Promise<T>): Promise<T> {
    let refusals = 0;
    return withRetries(this.session.policy, this.errandOf(call.action), async () => {
      try {
        return await take(await this.#attempt(call));
      } catch (error) {
        if (!(error instanceof RemoteFailure) || error.status !== 401) throw error;
        refusals += 1;
        throw refusals === 1 ? error : failureOfStatus(401, null);
      }
    });
  }

  async #attempt(call: SwiftCall): Promise<HttpAnswer> {
    const login = (this.#login.current ??= await this.#logIn());
    const answer = await this.session.http.send(this.#requestOf(call, login));
    const date = Date.parse(answer.header('date') ?? '');
    if (!Number.isNaN(date)) this.#serverNowMs = date;
    if (call.expected.includes(answer.status)) return answer;
    await answer.discard();
    if (answer.status === 401) {
      this.#forget(login);
      throw tokenIsOver();
    }
    throw this.#failureOf(answer, call);
  }

  async #logIn(): Promise<SwiftLogin> {
    return logIn(this.session.http, this.#access, this.session.clock.nowMs());
  }

  #forget(login: SwiftLogin): void {
    if (this.#login.current === login) this.#login.current = null;
  }

  #requestOf(call: SwiftCall, login: SwiftLogin): HttpRequest {
    const { method, container, object, query = {}, headers = {}, body = null } = call;
    const path = [container, ...(object === null ? [] : object.split('/'))];
    const url = new URL(`${login.storageUrl}/${path.map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return {
      method,
      url,
      headers: { 'x-auth-token': login.token, ...headers },
      body,
      answerMs: call.answerMs ?? null,
    };
  }

  #failureOf(answer: HttpAnswer, { method, object }: SwiftCall): RemoteFailure {
    const { status } = answer;
    if (status === 409 && method === 'GET' && object !== null) {
      // How Swift says that a segment of a static large object is not the one of the manifest.
      return new RemoteFailure('refused', 'a part of it is gone, or is another one (409)', {
        status,
        hint: "'redis-rewind remote verify' says which; try another archive",
      });
    }
    if (status === 422) {
      return new RemoteFailure('mismatch', 'the checksum was wrong when the bytes arrived', {
        isTransient: true,
        status,
      });
    }
    const nowMs = this.session.clock.nowMs();
    return failureOfStatus(status, parseRetryAfter(answer.header('retry-after'), nowMs));
  }
}

/** A token ends after some hours. A new one that is refused, too, is another matter. */
function tokenIsOver(): RemoteFailure {
  return new RemoteFailure('credentials', 'it does not accept the token', {
    isTransient: true,
    retryAfterMs: 0,
    status: 401,
  });
}
