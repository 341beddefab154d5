// The request for a restore, as the command line makes it.
import type { BytePath } from '../../system/files/byte-path.js';
import type { OpeningRequest, TargetRequest } from '../archive/archive-request.js';

export interface RestoreRequest extends RestoreWishes {
  /** REPO or REPO/PATH as it was typed. The part that is REPO is found by looking for a catalog. */
  readonly repositoryPath: string;
  /** TIME as it was typed. */
  readonly time: string;
}

/** From an archive. */
export interface ArchiveRestoreRequest extends RestoreWishes {
  readonly archive: TargetRequest;
  readonly opening: OpeningRequest;
  /** The bytes of an archive that is called `-`. */
  readonly pipe: AsyncIterable<Uint8Array> | null;
  /** PATH inside the snapshot, as it was typed; null for all of it. */
  readonly path: string | null;
}

/** What is wanted of a restore, wherever the snapshot is kept. */
export interface RestoreWishes {
  readonly destination: BytePath;
  /** Whether the destination was typed as a directory: `DIR/`, `.`. One file is then put into it. */
  readonly isDirectoryNamed: boolean;
  /** Whether files in the destination may be replaced. */
  readonly force: boolean;
  /** Whether the destination itself is given the recorded metadata, whatever else is in it. */
  readonly setDestination: boolean;
  /** `--chown`: NAME:NAME or numbers as typed; null keeps the recorded numbers. */
  readonly owner: string | null;
}
