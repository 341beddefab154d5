// Where the bytes of a changed file go. As long as they are those that the mirror has, nothing is
// written; a file that has only grown has its tail appended to its mirror file; at the first byte
// that differs a new file is begun in staging, with what was equal copied from the mirror, so that
// each byte of SOURCE is read once in any case. Where the file system can, that new file is a clone of
// the whole instead, and nothing more is to be written. Appending is safe before the commit: readers
// go by the catalog's size, and a writer that finds a longer file cuts it back.
import type { Content } from '../../catalog/records.js';
import type { Staging } from '../../repository/staging.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import {
  type AvailableBytes,
  createAvailableBytes,
  giveUpAvailableBytes,
  raiseAvailableBytes,
} from '../../system/threads/available-bytes.js';
import type { SharedFile } from '../../system/files/shared-file-reader.js';
import { WriteBehind } from '../../system/files/write-behind.js';

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

/** A file that is being written. */
interface OpenTarget {
  readonly descriptor: FileDescriptor;
  readonly behind: WriteBehind;
}

const CHUNK_BYTES = 1 << 20;

const TELL_EVERY_BYTES = 8 << 20;

export interface CopyTargetOptions {
  readonly fileSystem: FileSystem;
  readonly staging: Staging;
  readonly mirror: MirrorFile | null;
  /** How many bytes the file has. */
  readonly sizeBytes: number;
  /** Makes a path in staging a clone of the file; false where that cannot be. */
  readonly tryClone: (path: BytePath) => boolean;
  /** Told when a file in staging is begun, so that it can be followed. */
  readonly onStaged: (staged: StagedBytes) => void;
}

export class CopyTarget {
  readonly #options: CopyTargetOptions;
  readonly #fileSystem: FileSystem;
  readonly #mirror: MirrorFile | null;
  readonly #sizeBytes: number;
  #appending: OpenTarget | null = null;
  #staged: (StagedBytes & OpenTarget & { readonly available: AvailableBytes }) | null = null;
  #cloned: FileDescriptor | null = null;
  #compared: Buffer | null = null;
  #position = 0;
  #told = 0;

  constructor(options: CopyTargetOptions) {
    const { fileSystem, mirror, sizeBytes } = options;
    this.#options = options;
    this.#fileSystem = fileSystem;
    this.#mirror = mirror;
    this.#sizeBytes = sizeBytes;
    if (mirror === null || mirror.content.sizeBytes > sizeBytes) this.#beginStaging('clone');
  }

  /**
   * The file in staging, where it is a clone: then nothing more is to be written, and what it holds,
   * at least as many bytes as the file has if that did not shrink, is to be read from there.
   */
  get cloned(): FileDescriptor | null {
    return this.#cloned;
  }

  /** How many bytes the next write may have at most. */
  get room(): number {
    const mirrorBytes = this.#mirror?.content.sizeBytes ?? 0;
    const isComparing = this.#staged === null && this.#position < mirrorBytes;
    return Math.min(CHUNK_BYTES, (isComparing ? mirrorBytes : this.#sizeBytes) - this.#position);
  }

  /**
   * Takes the next bytes; they may not change until the promise has settled.
   * @param digestBefore gives the digest of all bytes before these
   */
  async write(bytes: Uint8Array, digestBefore: () => Promise<Buffer>): Promise<void> {
    if (this.#staged === null && this.#appending === null) {
      await this.#goOnWithout(bytes, digestBefore);
    }
    if (this.#cloned !== null) return;
    const target = this.#staged ?? this.#appending;
    if (target !== null) {
      this.#fileSystem.write(target.descriptor, bytes, this.#position);
      target.behind.wrote(bytes.length);
    }
    this.#position += bytes.length;
    if (this.#staged !== null) this.#tellFollower(this.#staged.available, this.#position);
  }

  /** Ends the copy. @param sha256 of all bytes */
  async finish(sha256: Buffer): Promise<CopyOutcome> {
    const appending = this.#appending;
    if (appending !== null) {
      const { descriptor, behind } = appending;
      await behind.settle();
      await this.#fileSystem.syncInBackground(descriptor);
      // A descriptor is closed also where closing it fails, and may be another file's from then on.
      this.#appending = null;
      this.#fileSystem.close(descriptor);
      return { kind: 'grown' };
    }
    // Bytes as the mirror has them are not proof enough that it has what the catalog says.
    if (this.#staged === null && !this.#mirror?.content.sha256.equals(sha256)) {
      this.#beginStaging('copy');
    }
    if (this.#staged === null) return { kind: 'same' };
    await this.#staged.behind.settle();
    return { kind: 'staged', staged: this.#staged };
  }

  /**
   * Takes everything back; whoever follows the staged file is made to end. Closes what was opened but
   * the staged file.
   */
  async discard(): Promise<void> {
    if (this.#staged !== null) giveUpAvailableBytes(this.#staged.available);
    // What has been synced is of no matter any more.
    await (this.#staged ?? this.#appending)?.behind.settle().catch(() => {});
    if (this.#appending !== null && this.#mirror !== null) {
      const { descriptor } = this.#appending;
      this.#appending = null;
      try {
        this.#fileSystem.truncate(descriptor, this.#mirror.content.sizeBytes);
      } finally {
        this.#fileSystem.close(descriptor);
      }
    }
    if (this.#staged !== null) this.#options.staging.discard(this.#staged.name);
  }

  /** Compares bytes with the mirror's, and begins to write where they are no longer the same. */
  async #goOnWithout(bytes: Uint8Array, digestBefore: () => Promise<Buffer>): Promise<void> {
    const mirror = this.#mirror;
    if (mirror === null) return;
    const mirrorBytes = mirror.content.sizeBytes;
    if (this.#position < mirrorBytes) {
      if (!this.#isInMirror(mirror, bytes)) this.#beginStaging('clone');
    } else if (mirror.isOnlyName && (await digestBefore()).equals(mirror.content.sha256)) {
      const descriptor = this.#fileSystem.open(mirror.path, 'update');
      this.#appending = { descriptor, behind: new WriteBehind(this.#fileSystem, descriptor) };
    } else {
      this.#beginStaging('clone');
    }
  }

  /** Waking the other thread costs as much as writing a chunk, so it is done for several at once. */
  #tellFollower(available: AvailableBytes, count: number): void {
    if (count < this.#sizeBytes && count < this.#told + TELL_EVERY_BYTES) return;
    this.#told = count;
    raiseAvailableBytes(available, count);
  }

  #isInMirror(mirror: MirrorFile, bytes: Uint8Array): boolean {
    this.#compared ??= Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#sizeBytes));
    const present = this.#compared.subarray(0, bytes.length);
    const count = this.#fileSystem.read(mirror.descriptor, present, this.#position);
    return count === bytes.length && present.equals(bytes);
  }

  /** @param how whether a clone is tried, which has bytes of SOURCE that were not compared */
  #beginStaging(how: 'clone' | 'copy'): void {
    const fileSystem = this.#fileSystem;
    const { staging, tryClone, onStaged } = this.#options;
    const name = staging.newName();
    const path = staging.path(name);
    const isClone = how === 'clone' && tryClone(path);
    const descriptor = fileSystem.open(path, isClone ? 'update' : 'create');
    const available = createAvailableBytes();
    const file = { descriptor, sizeBytes: this.#sizeBytes, available };
    const behind = new WriteBehind(fileSystem, descriptor);
    this.#staged = { name, file, descriptor, available, behind };
    if (isClone) {
      this.#cloned = descriptor;
      const isLonger = fileSystem.statOpen(descriptor).size > this.#sizeBytes;
      if (isLonger) fileSystem.truncate(descriptor, this.#sizeBytes);
    } else if (this.#mirror !== null) {
      this.#copyFromMirror(this.#mirror, descriptor);
    }
    raiseAvailableBytes(available, isClone ? this.#sizeBytes : this.#position);
    onStaged(this.#staged);
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
