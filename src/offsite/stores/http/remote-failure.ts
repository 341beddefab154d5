// One request that came to nothing: why, and whether trying again may help. It stays inside of the stores.
// retry.ts turns the last one into a RemoteStoreError. Nothing that a server wrote is repeated in it, but for
// numbers and words that were checked: foreign text may hold anything.
import type { RemoteTrouble } from '../../../errors.js';

export interface RemoteFailureOptions {
  /** Whether the same request may go well in a moment. */
  readonly isTransient?: boolean;
  /** How long the server wants us to wait; null where it does not say. */
  readonly retryAfterMs?: number | null;
  /** The status of the answer; null where there was none. */
  readonly status?: number | null;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export class RemoteFailure extends Error {
  readonly trouble: RemoteTrouble;
  readonly isTransient: boolean;
  readonly retryAfterMs: number | null;
  readonly status: number | null;
  readonly hint: string | undefined;

  /** @param reason lower case, as it follows a colon */
  constructor(trouble: RemoteTrouble, reason: string, options: RemoteFailureOptions = {}) {
    super(reason, options.cause === undefined ? {} : { cause: options.cause });
    this.trouble = trouble;
    this.isTransient = options.isTransient ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.status = options.status ?? null;
    this.hint = options.hint;
  }
}

/** What answers is not what it should be, such as a login page of a hotel. */
export function foreignAnswer(reason: string): RemoteFailure {
  return new RemoteFailure('foreign', reason, {
    hint: 'check that the address is that of the store, and not of a proxy or a web page',
  });
}

/** Connections that are refused at once, or names that nobody knows: tried again, as after a restart. */
const UNREACHABLE: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ENOTFOUND: 'the name of the host is unknown',
  EADDRNOTAVAIL: 'the address cannot be reached from here',
};

const LOST = ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT', 'HPE_INVALID_EOF_STATE'];

/** The failure for an error of Node.js's http, https, net and tls. */
export function failureOfConnection(error: unknown): RemoteFailure {
  if (error instanceof RemoteFailure) return error;
  const code = codeOf(error);
  const unreachable = UNREACHABLE[code];
  if (unreachable !== undefined) {
    return new RemoteFailure('unreachable', unreachable, {
      isTransient: code !== 'ENOTFOUND',
      cause: error,
    });
  }
  if (LOST.includes(code) || /aborted|socket hang up/.test(textOf(error))) {
    return new RemoteFailure('lost', 'the connection was cut', { isTransient: true, cause: error });
  }
  if (code.startsWith('HPE_')) return foreignAnswer('what answers there does not speak HTTP');
  if (/^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code)) {
    return new RemoteFailure('tls', `no TLS session with it (${code})`, {
      hint: 'check the address and its certificate; OS_CACERT, AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS name a file of authorities to trust',
      cause: error,
    });
  }
  return new RemoteFailure(
    'unreachable',
    `the connection failed${code === '' ? '' : ` (${code})`}`,
    {
      isTransient: true,
      cause: error,
    },
  );
}

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  // Several addresses of one name, each with its own error.
  if (error instanceof AggregateError && code === undefined) return codeOf(error.errors[0]);
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

/** Statuses that pass: too busy, too fast, or broken for a moment. 498 is Swift's word for too fast. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status === 498 || (status >= 500 && status !== 501);
}

/** What the stores have in common about an answer that is no success. */
export function failureOfStatus(status: number, retryAfterMs: number | null): RemoteFailure {
  if (isPassing(status)) {
    const trouble = status === 507 ? 'full' : 'busy';
    return new RemoteFailure(trouble, `it answered ${status}`, {
      isTransient: true,
      retryAfterMs,
      status,
      hint:
        status === 507
          ? 'ask whoever runs the store for more room'
          : 'run again later; whoever runs the store may know more',
    });
  }
  switch (status) {
    case 401:
      return new RemoteFailure('credentials', 'it does not accept the credentials', { status });
    case 403:
      return new RemoteFailure('permission', 'it forbids this (403)', { status });
    case 404:
      return new RemoteFailure('missing', 'it is not there', { status });
    case 412:
      return new RemoteFailure('changed', 'it has become another one meanwhile', {
        status,
        hint: 'run again',
      });
    case 413:
      return new RemoteFailure('full', 'it takes no more (413); a quota may be used up', {
        status,
        hint: 'ask whoever runs the store for more room, or remove old archives',
      });
    default:
      return new RemoteFailure('refused', `it answered ${status}`, { status });
  }
}

/** `Retry-After` in seconds or as a date; null where there is none that makes sense. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null;
  if (/^[0-9]{1,6}$/.test(value)) return Number(value) * 1000;
  const date = /^[A-Z][a-z]{2}, .{1,30} GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}
