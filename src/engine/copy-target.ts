// Where the bytes of a changed file go. As long as they are those that the mirror has, nothing is
// written; a file that has only grown has its tail appended to its mirror file; at the first byte
// that differs a new file is begun in staging, with what was equal copied from the mirror, so that
// each byte of SOURCE is read once in any case. Appending is safe before the commit: readers go by
// the catalog's size, and a writer that finds a longer file cuts it back.
import type { Content } from '../catalog/records.js';
import type { Staging } from '../repository/staging.js';
import type { BytePath } from '../system/byte-path.js';
import type { FileDescriptor, FileSystem } from '../system/file-system.js';
import {
  type AvailableBytes,
  type SharedFile,
  createAvailableBytes,
  giveUpAvailableBytes,
  raiseAvailableBytes,
} from '../system/shared-file-reader.js';

/** The content that the mirror has at the file's path, open for reading. */
export interface MirrorFile {
  readonly path: BytePath;
  readonly descriptor: FileDescriptor;
  readonly content: Content;
  /** Whether its bytes may be added to in place: it has no other name. */
  readonly isOnlyName: boolean;
}

export type CopyOutcome =
  /** The mirror has these bytes already. */
  | { readonly kind: 'same' }
  /** The mirror file has the new bytes at its end, synced. */
  | { readonly kind: 'grown' }
  | { readonly kind: 'staged'; readonly staged: StagedBytes };

/** A file in staging that stays open, since a delta may be reading it; the owner closes it. */
export interface StagedBytes {
  readonly name: string;
  readonly file: SharedFile;
}

const CHUNK_BYTES = 1 << 20;

const TELL_EVERY_BYTES = 8 << 20;

export class CopyTarget {
  readonly #fileSystem: FileSystem;
  readonly #staging: Staging;
  readonly #mirror: MirrorFile | null;
  readonly #sizeBytes: number;
  readonly #onStaged: (staged: StagedBytes) => void;
  #appending: FileDescriptor | null = null;
  #staged: (StagedBytes & { readonly available: AvailableBytes }) | null = null;
  #position = 0;
  #told = 0;

  /**
   * @param sizeBytes how many bytes the file has
   * @param onStaged told when a file in staging is begun, so that it can be followed
   */
  constructor(
    fileSystem: FileSystem,
    staging: Staging,
    mirror: MirrorFile | null,
    sizeBytes: number,
    onStaged: (staged: StagedBytes) => void,
  ) {
    this.#fileSystem = fileSystem;
    this.#staging = staging;
    this.#mirror = mirror;
    this.#sizeBytes = sizeBytes;
    this.#onStaged = onStaged;
    if (mirror === null || mirror.content.sizeBytes > sizeBytes) this.#beginStaging();
  }

  /** How many bytes the next write may have at most. */
  get room(): number {
    const mirrorBytes = this.#mirror?.content.sizeBytes ?? 0;
    const isComparing = this.#staged === null && this.#position < mirrorBytes;
    return Math.min(CHUNK_BYTES, (isComparing ? mirrorBytes : this.#sizeBytes) - this.#position);
  }

  /**
   * Takes the next bytes.
   * @param digestBefore gives the digest of all bytes before these
   */
  write(bytes: Uint8Array, digestBefore: () => Buffer): void {
    if (this.#staged === null && this.#appending === null) this.#goOnWithout(bytes, digestBefore);
    if (this.#staged !== null) {
      this.#fileSystem.write(this.#staged.file.descriptor, bytes, this.#position);
      this.#tellFollower(this.#staged.available, this.#position + bytes.length);
    } else if (this.#appending !== null) {
      this.#fileSystem.write(this.#appending, bytes, this.#position);
    }
    this.#position += bytes.length;
  }

  /** Ends the copy. @param sha256 of all bytes */
  async finish(sha256: Buffer): Promise<CopyOutcome> {
    const appending = this.#appending;
    if (appending !== null) {
      await this.#fileSystem.syncInBackground(appending);
      // A descriptor is closed also where closing it fails, and may be another file's from then on.
      this.#appending = null;
      this.#fileSystem.close(appending);
      return { kind: 'grown' };
    }
    // Bytes as the mirror has them are not proof enough that it has what the catalog says.
    if (this.#staged === null && !this.#mirror?.content.sha256.equals(sha256)) this.#beginStaging();
    return this.#staged === null ? { kind: 'same' } : { kind: 'staged', staged: this.#staged };
  }

  /** Takes everything back; whoever follows the staged file is made to end. Closes what was opened. */
  discard(): void {
    const appending = this.#appending;
    if (appending !== null && this.#mirror !== null) {
      this.#appending = null;
      try {
        this.#fileSystem.truncate(appending, this.#mirror.content.sizeBytes);
      } finally {
        this.#fileSystem.close(appending);
      }
    }
    if (this.#staged !== null) {
      giveUpAvailableBytes(this.#staged.available);
      this.#staging.discard(this.#staged.name);
    }
  }

  /** Compares bytes with the mirror's, and begins to write where they are no longer the same. */
  #goOnWithout(bytes: Uint8Array, digestBefore: () => Buffer): void {
    const mirror = this.#mirror;
    if (mirror === null) return;
    const mirrorBytes = mirror.content.sizeBytes;
    if (this.#position < mirrorBytes) {
      if (!this.#isInMirror(mirror, bytes)) this.#beginStaging();
    } else if (mirror.isOnlyName && digestBefore().equals(mirror.content.sha256)) {
      this.#appending = this.#fileSystem.open(mirror.path, 'update');
    } else {
      this.#beginStaging();
    }
  }

  /** Waking the other thread costs as much as writing a chunk, so it is done for several at once. */
  #tellFollower(available: AvailableBytes, count: number): void {
    if (count < this.#sizeBytes && count < this.#told + TELL_EVERY_BYTES) return;
    this.#told = count;
    raiseAvailableBytes(available, count);
  }

  #isInMirror(mirror: MirrorFile, bytes: Uint8Array): boolean {
    const present = Buffer.allocUnsafe(bytes.length);
    const count = this.#fileSystem.read(mirror.descriptor, present, this.#position);
    return count === bytes.length && present.equals(bytes);
  }

  #beginStaging(): void {
    const name = this.#staging.newName();
    const descriptor = this.#fileSystem.open(this.#staging.path(name), 'create');
    const available = createAvailableBytes();
    this.#staged = { name, file: { descriptor, sizeBytes: this.#sizeBytes, available }, available };
    if (this.#mirror !== null) this.#copyFromMirror(this.#mirror, descriptor);
    raiseAvailableBytes(available, this.#position);
    this.#onStaged(this.#staged);
  }

  /** What was equal so far need not be read from SOURCE again. */
  #copyFromMirror(mirror: MirrorFile, target: FileDescriptor): void {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, this.#position)));
    for (let position = 0; position < this.#position;) {
      const wanted = buffer.subarray(0, Math.min(buffer.length, this.#position - position));
      const count = this.#fileSystem.read(mirror.descriptor, wanted, position);
      this.#fileSystem.write(target, wanted.subarray(0, count), position);
      position += count;
    }
  }
}
