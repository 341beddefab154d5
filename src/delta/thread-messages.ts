// What passes between the main thread and a delta thread. The thread writes nothing to a repository:
// what it makes goes back as messages, or as temporary files, since whatever is written to a repository
// goes through the main thread's file system.
import type { GrowingFile, SharedFile } from '../system/files/shared-file-reader.js';
import type { DeltaOptions, FilePair, MadeDelta } from './make-delta.js';
import type { HandedBytes } from './spilled-bytes.js';
import type { StoredDelta } from './stored-delta.js';

export interface MakeJob extends FilePair<SharedFile> {
  readonly kind: 'make';
  readonly options: DeltaOptions;
  readonly outstanding: OutstandingBytes;
}

export interface ProveJob {
  readonly kind: 'prove';
  readonly basis: SharedFile;
  readonly stored: GrowingFile;
  readonly resultBytes: number;
}

export interface CompressJob {
  readonly kind: 'compress';
  readonly content: SharedFile;
  readonly zstdLevel: number;
  readonly outstanding: OutstandingBytes;
}

export interface ReadBackJob {
  readonly kind: 'read-back';
  readonly stored: GrowingFile;
}

/** Opens the files itself, by their paths. */
export interface ComposeJob {
  readonly kind: 'compose';
  readonly deltas: readonly StoredDelta[];
  readonly basisBytes: number;
  /** As composeTables has it. */
  readonly literalsAt: number;
  /** Has the job fail once it is not 0 (one Int32). */
  readonly stop: SharedArrayBuffer;
}

export type Job = MakeJob | ProveJob | CompressJob | ReadBackJob | ComposeJob;

/** Bytes sent and not yet taken by the main thread (one Int32), so that they cannot pile up. */
export type OutstandingBytes = SharedArrayBuffer;

export type Answer =
  /** The next compressed bytes of a delta or a full copy. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'made'; readonly made: MadeDelta }
  /** Of the content that was proved, compressed or read back. */
  | { readonly kind: 'digest'; readonly sha256: Uint8Array }
  /** A run of deltas; its bytes are the receiver's to close. */
  | {
      readonly kind: 'composed';
      readonly entries: HandedBytes;
      readonly resultBytes: number;
      readonly literals: HandedBytes;
    }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** An error in a form that can be sent. */
export interface Failure {
  /** Whether bytes that were read were at fault; anything else is a broken invariant. */
  readonly isCorruption: boolean;
  readonly message: string;
  readonly stack: string;
}
