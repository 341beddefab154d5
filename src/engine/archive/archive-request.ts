// What the command line says of an archive: where it lies, and its keys.
import type { StoreOptions } from '../../offsite/stores/store-context.js';
import type { BytePath } from '../../system/files/byte-path.js';

export interface TargetRequest {
  /** TARGET, or ARCHIVE, as it was typed. */
  readonly typed: string;
  /** Makes a typed path absolute. @throws UsageError */
  readonly resolve: (typed: string) => BytePath;
  /** Has the credentials of remote stores. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly options: StoreOptions;
}

/** For whom an archive is encrypted. */
export interface SealingRequest {
  /** `--recipient` */
  readonly recipients: readonly string[];
  readonly recipientFiles: readonly BytePath[];
  readonly passphraseFile: BytePath | null;
  /** Whether a person has said that it is not to be encrypted. */
  readonly isPlain: boolean;
}

/** What opens an archive. */
export interface OpeningRequest {
  readonly identityFiles: readonly BytePath[];
  readonly passphraseFile: BytePath | null;
}
