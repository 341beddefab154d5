// What a Swift or S3 store works with: connections and patience, for its usual requests and for those that tidy
// up. The latter go on when the run is to end, but not for long.
import { InTheWayError, RemoteStoreError } from '../../errors.js';
import { RateLimit } from '../../system/streams/rate-limit.js';
import { pathFromText } from '../../system/files/byte-path.js';
import type { Clock } from '../../system/time/clock.js';
import { pause } from '../../system/time/pause.js';
import { HttpClient } from './http/http-client.js';
import type { RemoteAdvice, RetryPolicy } from './http/retry.js';
import type { StoreContext } from './store-context.js';

/** Leftovers of other names are removed after this time: until then another machine may still be sending. */
export const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;

export interface RemoteSession {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly policy: RetryPolicy;
  readonly advice: RemoteAdvice;
  /** Of the store, for messages. */
  readonly label: string;
}

/** A session for what must be tidied up even if the run is to end. */
export function openSessions(
  context: StoreContext,
  authorities: Uint8Array | null,
  named: Pick<RemoteSession, 'label' | 'advice'>,
): { readonly usual: RemoteSession; readonly tidying: RemoteSession } {
  const { clock, limits, stopping, mostAttempts } = context;
  const rateLimit = rateLimitOf(context);
  const usual = {
    ...named,
    clock,
    http: new HttpClient({ clock, limits, authorities, stopping, rateLimit }),
    policy: { mostAttempts, pause: context.pause },
  };
  const shortLimits = { ...limits, idleMs: Math.min(limits.idleMs, 10_000), answerMs: 10_000 };
  const tidying = {
    ...named,
    clock,
    http: new HttpClient({
      clock,
      limits: shortLimits,
      authorities,
      stopping: null,
      rateLimit: null,
    }),
    policy: {
      mostAttempts: Math.min(mostAttempts, 2),
      pause: (durationMs: number) => pause(Math.min(durationMs, 500)),
    },
  };
  return { usual, tidying };
}

/** Null where `--limit-rate` is not given. */
export function rateLimitOf({
  options: { bytesPerSecond },
  clock,
  pause: wait,
}: Pick<StoreContext, 'options' | 'clock' | 'pause'>): RateLimit | null {
  if (bytesPerSecond === null) return null;
  return new RateLimit({ bytesPerSecond, monotonicMs: () => clock.monotonicMs(), pause: wait });
}

/** `read 'swift://backups/a'`, for an Errand. */
export function actionOn(verb: string, label: string, name: string): string {
  return `${verb} '${nameInStore(label, name)}'`;
}

export function nameInStore(label: string, name: string): string {
  return label.endsWith('/') ? label + name : `${label}/${name}`;
}

export function nameIsTaken(label: string, name: string): InTheWayError {
  const whole = nameInStore(label, name);
  return new InTheWayError(`'${whole}' is there already`, {
    path: pathFromText(whole),
    hint: 'give another name, or add --force to replace it once the new one is whole',
  });
}

/** The bytes arrived otherwise than they were sent, or the store says so. */
export function storedOtherwise(label: string, name: string, what: string): RemoteStoreError {
  const whole = nameInStore(label, name);
  return new RemoteStoreError('mismatch', `'${whole}' was not stored as it was sent: ${what}`, {
    store: label,
    hint: 'run again; if it happens again, the store or the way to it damages what is sent',
  });
}

/** Does `work` on each value, on a few at a time. The results are in the order of the values. */
export async function mapSome<T, R>(
  values: readonly T[],
  work: (value: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = values.entries();
  const workers = Array.from({ length: 6 }, async () => {
    for (const [index, value] of left) results[index] = await work(value);
  });
  await Promise.all(workers);
  return results;
}
