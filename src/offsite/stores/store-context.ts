// What a store needs of the machine and of the command line.
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import type { Clock } from '../../system/time/clock.js';
import { DEFAULT_LIMITS, type HttpLimits } from './http/http-client.js';
import { DEFAULT_ATTEMPTS } from './http/retry.js';

export interface StoreContext {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly processId: number;
  /** Aborts when the run is to end; the reason is an InterruptedError. */
  readonly stopping: AbortSignal;
  /** Waits; ends early with the reason of `stopping`. */
  readonly pause: (durationMs: number) => Promise<void>;
  /** Credentials and addresses: ST_*, OS_*, AWS_*. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly options: StoreOptions;
  readonly limits: HttpLimits;
  readonly mostAttempts: number;
}

/** What the command line may say about a store. */
export interface StoreOptions {
  /** `--endpoint`: the address of an S3 store; null for AWS, or for AWS_ENDPOINT_URL. */
  readonly endpoint: string | null;
  /** `--segment-size`; null to let the size of the archive decide. */
  readonly segmentBytes: number | null;
  /** `--spool`: a folder for segments of over 64 MiB; null for the folder for temporary files. */
  readonly spoolFolder: BytePath | null;
  /** `--limit-rate`: how many bytes pass in a second; null without a limit. */
  readonly bytesPerSecond: number | null;
}

export const DEFAULT_STORE_OPTIONS: StoreOptions = {
  endpoint: null,
  segmentBytes: null,
  spoolFolder: null,
  bytesPerSecond: null,
};

/** What the patience of every store is, outside of tests. */
export const DEFAULT_PATIENCE = { limits: DEFAULT_LIMITS, mostAttempts: DEFAULT_ATTEMPTS };
