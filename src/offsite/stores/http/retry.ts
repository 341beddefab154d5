// Tries a request again while that may help: after a pause that doubles each time, or after the one that the
// server asks for. Nothing here reads the clock or waits by itself, so tests need not wait.
import { RemoteStoreError, RewindError } from '../../../errors.js';
import { RemoteFailure } from './remote-failure.js';

export interface RetryPolicy {
  /** With the first one. */
  readonly mostAttempts: number;
  /** Waits. Ends early when the run is to stop, and then throws its InterruptedError. */
  readonly pause: (durationMs: number) => Promise<void>;
}

/** What is done, for messages. */
export interface Errand {
  /** As it follows "cannot", with its object: `read 'swift://backups/a'`. */
  readonly action: string;
  /** The label of the store. */
  readonly store: string;
  /** What to check for some troubles, where the failure itself does not know. */
  readonly advice: RemoteAdvice;
}

/** The one thing to check. */
export interface RemoteAdvice {
  readonly unreachable: string;
  readonly credentials: string;
  readonly permission: string;
  readonly missing: string;
}

export const DEFAULT_ATTEMPTS = 7;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

/** The pause before attempt `next`, the second being 2. Half of it is random, so that machines do not knock in step. */
export function pauseBefore(next: number, retryAfterMs: number | null, random: number): number {
  if (retryAfterMs !== null) return Math.min(retryAfterMs, LONGEST_PAUSE_MS);
  const whole = Math.min(FIRST_PAUSE_MS * 2 ** (next - 2), LONGEST_PAUSE_MS);
  return whole / 2 + (whole / 2) * random;
}

/**
 * @param attempt is given its number, from 1 on
 * @throws RemoteStoreError once it is no use to go on. Other errors of `attempt` end the attempts at once
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  errand: Errand,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number);
    } catch (error) {
      if (!(error instanceof RemoteFailure)) throw error;
      if (!error.isTransient || number >= policy.mostAttempts) {
        throw toRemoteStoreError(error, errand, number);
      }
      await policy.pause(pauseBefore(number + 1, error.retryAfterMs, Math.random()));
    }
  }
}

/** As it is for an error that is shown already. */
export function toRemoteStoreError(error: unknown, errand: Errand, attempts = 1): unknown {
  if (!(error instanceof RemoteFailure) || error instanceof RewindError) return error;
  const tried = attempts > 1 ? ` (tried ${attempts} times)` : '';
  return new RemoteStoreError(error.trouble, `cannot ${errand.action}: ${error.message}${tried}`, {
    store: errand.store,
    hint: error.hint ?? adviceFor(error, errand.advice),
    cause: error.cause ?? error,
  });
}

function adviceFor({ trouble }: RemoteFailure, advice: RemoteAdvice): string | undefined {
  switch (trouble) {
    case 'unreachable':
    case 'timeout':
    case 'lost':
      return advice.unreachable;
    case 'credentials':
      return advice.credentials;
    case 'permission':
      return advice.permission;
    case 'missing':
      return advice.missing;
    default:
      return undefined;
  }
}
