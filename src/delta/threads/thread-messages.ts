// The messages between the main thread and a delta thread. A delta thread writes nothing to a repository:
// only the file system of the main thread does. So its output goes back in messages or in temporary files.
import type { GrowingFile, SharedFile } from '../../system/files/shared-file-reader.js';
import type { DeltaOptions, FilePair, MadeDelta } from '../make-delta.js';
import type { HandedBytes } from '../engine/spilled-bytes.js';
import type { StoredDelta } from '../stored-delta.js';

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

/** The thread opens these files itself, by their paths. */
export interface ComposeJob {
  readonly kind: 'compose';
  readonly deltas: readonly StoredDelta[];
  readonly basisBytes: number | undefined;
  /** As in composeTables. */
  readonly literalsAt: number;
  /** The job fails once this is not 0 (one Int32). */
  readonly stop: SharedArrayBuffer;
}

export type Job = MakeJob | ProveJob | CompressJob | ReadBackJob | ComposeJob;

/** Bytes sent that the main thread has not taken yet (one Int32). They must not pile up. */
export type OutstandingBytes = SharedArrayBuffer;

export type Answer =
  /** The next compressed bytes of a delta or a full copy. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'made'; readonly made: MadeDelta }
  /** Of the content that was proved, compressed or read back. */
  | { readonly kind: 'digest'; readonly sha256: Uint8Array }
  /** A run of deltas. The receiver closes its bytes. */
  | {
      readonly kind: 'composed';
      readonly entries: HandedBytes;
      readonly resultBytes: number;
      readonly literals: HandedBytes;
    }
  | { readonly kind: 'failed'; readonly failure: JobFailure };

/** An error in a form that can be sent. */
export interface JobFailure {
  /** Whether the bytes that were read are at fault. Otherwise an invariant is broken. */
  readonly isCorruption: boolean;
  readonly message: string;
  readonly stack: string;
}
