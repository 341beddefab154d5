// A proxy on loopback in front of a store, which makes trouble at requests of the test's choice.
import * as http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export type Trouble =
  /** The proxy answers with this status, and forwards nothing. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  /** The connection is cut, and nothing is forwarded. */
  | { readonly kind: 'cut before' }
  /** The store has done it, but its answer is lost. */
  | { readonly kind: 'cut after' }
  /** The answer is cut after so many bytes of its body. */
  | { readonly kind: 'cut midway'; readonly afterBytes: number }
  /** A byte of the request's body is another one when it arrives. */
  | { readonly kind: 'flip' }
  /** Nobody ever answers. */
  | { readonly kind: 'silence' };

export interface SeenRequest {
  /** From 1 on. */
  readonly number: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

/** Null for no trouble. May do something else first, such as to kill the process that asks. */
export type ChooseTrouble = (request: SeenRequest) => Trouble | null | Promise<Trouble | null>;

export class TroubledProxy {
  readonly seen: SeenRequest[] = [];
  readonly #server: http.Server;
  readonly #storePort: number;
  #choose: ChooseTrouble = () => null;

  private constructor(storePort: number) {
    this.#storePort = storePort;
    const handle = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      void this.#handle(request, response);
    };
    this.#server = http.createServer(handle).on('checkContinue', handle);
  }

  static async start(storePort: number): Promise<TroubledProxy> {
    const proxy = new TroubledProxy(storePort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Begins to count requests anew. */
  trouble(choose: ChooseTrouble): void {
    this.seen.length = 0;
    this.#choose = choose;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const seen = {
      number: this.seen.length + 1,
      method: request.method ?? '',
      path: request.url ?? '',
    };
    this.seen.push(seen);
    const trouble = await this.#choose(seen);
    if (trouble?.kind === 'silence') return;
    if (trouble?.kind === 'cut before') request.socket.destroy();
    else if (trouble?.kind === 'status') {
      response.writeHead(trouble.status, trouble.headers).end();
      request.resume();
    } else this.#forward(request, response, trouble);
  }

  #forward(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    trouble: Trouble | null,
  ): void {
    const { expect, ...headers } = request.headers;
    if (expect !== undefined) response.writeContinue();
    const { method, url: path } = request;
    const target = { host: '127.0.0.1', port: this.#storePort, method, path, headers };
    let isAnswered = false;
    const forwarded = http.request(target as http.RequestOptions, (answer) => {
      isAnswered = true;
      let left = trouble?.kind === 'cut midway' ? trouble.afterBytes : Number.POSITIVE_INFINITY;
      if (trouble?.kind === 'cut after') {
        answer.resume();
        answer.once('end', () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.on('data', (chunk: Buffer) => {
        if (left > 0) response.write(chunk.subarray(0, Math.min(left, chunk.length)));
        if (left > 0 && chunk.length >= left) setImmediate(() => request.socket.destroy());
        left -= chunk.length;
      });
      answer.once('end', () => response.end());
    });
    // Swift sends a body with its answer to a HEAD that it refuses, which is an error after the answer.
    forwarded.on('error', () => {
      if (!isAnswered) request.socket.destroy();
    });
    let isFlipped = trouble?.kind !== 'flip';
    request.on('data', (chunk: Buffer) => {
      if (!isFlipped) chunk.writeUInt8(chunk.readUInt8(0) ^ 1, 0);
      isFlipped = true;
      forwarded.write(chunk);
    });
    request.once('end', () => forwarded.end());
  }
}
