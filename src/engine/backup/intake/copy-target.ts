// Where the bytes of a changed file go. While they equal the mirror file's bytes, nothing is written. A file
// that has only grown has its tail added to its mirror file. At the first byte that differs a new file is
// begun in staging: what was equal so far is copied from the mirror, so that each byte of SOURCE is read
// once. Where the file system can clone, the new file is a clone of the whole file instead. The delta of the
// mirror file follows the new file from its first byte.
// Adding to a mirror file before the commit is safe: readers use the catalog's size, and the next writer
// cuts a file that is longer.
import type { Staging } from '../../../repository/staging.js';
import type { FileDescriptor, FileSystem } from '../../../system/files/file-system.js';
import type { Reflinks } from '../../../system/files/reflinks.js';
import { WriteBehind } from '../../../system/files/write-behind.js';
import { writeSparsely } from '../../../system/files/write-sparsely.js';
import {
  type AvailableBytes,
  createAvailableBytes,
  giveUpAvailableBytes,
  raiseAvailableBytes,
} from '../../../system/threads/available-bytes.js';
import type { MirrorFile } from './mirror-file.js';

export type CopyOutcome =
  /** The mirror has these bytes already. */
  | { readonly kind: 'same' }
  /** The mirror file has the new bytes at its end, synced. */
  | { readonly kind: 'grown' }
  /** A file in staging has them, which is still open. */
  | { readonly kind: 'staged'; readonly name: string };

/** A file that is being written. */
interface OpenTarget {
  readonly descriptor: FileDescriptor;
  readonly behind: WriteBehind;
}

interface StagedFile extends OpenTarget {
  readonly name: string;
  readonly available: AvailableBytes;
}

const CHUNK_BYTES = 1 << 20;

const TELL_EVERY_BYTES = 8 << 20;

export interface CopyRequest {
  readonly fileSystem: FileSystem;
  readonly staging: Staging;
  readonly reflinks: Reflinks;
  /** The file of SOURCE, for a clone of it. */
  readonly source: FileDescriptor;
  /** How many of its bytes are taken. */
  readonly sizeBytes: number;
  readonly mirror: MirrorFile | null;
}

export class CopyTarget {
  readonly #request: CopyRequest;
  readonly #fileSystem: FileSystem;
  readonly #mirror: MirrorFile | null;
  readonly #sizeBytes: number;
  #appending: OpenTarget | null = null;
  #staged: StagedFile | null = null;
  #cloned: FileDescriptor | null = null;
  #compared: Buffer | null = null;
  #position = 0;
  #toldBytes = 0;

  constructor(request: CopyRequest) {
    this.#request = request;
    this.#fileSystem = request.fileSystem;
    this.#mirror = request.mirror;
    this.#sizeBytes = request.sizeBytes;
  }

  /** Begins a new file at once where the mirror cannot have these bytes. Comes before all else. */
  begin(): void {
    const mirrorBytes = this.#mirror?.content.sizeBytes ?? Number.POSITIVE_INFINITY;
    if (mirrorBytes > this.#sizeBytes) this.#beginStaging('clone');
  }

  /**
   * The file in staging where it is a clone, else null. Nothing more is written to a clone, and it is read
   * in place of SOURCE. It has at least as many bytes as are taken, unless the file of SOURCE shrank.
   */
  get cloned(): FileDescriptor | null {
    return this.#cloned;
  }

  /** The most bytes that the next write may have. */
  get room(): number {
    const mirrorBytes = this.#mirror?.content.sizeBytes ?? 0;
    const isComparing = this.#staged === null && this.#position < mirrorBytes;
    return Math.min(CHUNK_BYTES, (isComparing ? mirrorBytes : this.#sizeBytes) - this.#position);
  }

  /**
   * Takes the next bytes. They must not change until the promise settles.
   * @param digestBefore gives the digest of all bytes before these
   */
  async write(bytes: Uint8Array, digestBefore: () => Promise<Buffer>): Promise<void> {
    if (this.#staged === null && this.#appending === null) {
      await this.#chooseTarget(bytes, digestBefore);
    }
    if (this.#cloned !== null) return;
    const target = this.#staged ?? this.#appending;
    if (target !== null) {
      const { descriptor, behind } = target;
      if (target === this.#staged) {
        writeSparsely(this.#fileSystem, descriptor, bytes, this.#position);
      } else {
        // The mirror file may be longer than it should be.
        this.#fileSystem.write(descriptor, bytes, this.#position);
      }
      behind.wrote(bytes.length);
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
      // Even a close that fails closes the descriptor, and its number may then be another file's.
      this.#appending = null;
      this.#fileSystem.close(descriptor);
      return { kind: 'grown' };
    }
    // Equal bytes do not prove that the mirror has what the catalog says.
    if (this.#staged === null && !this.#mirror?.content.sha256.equals(sha256)) {
      this.#beginStaging('copy');
    }
    if (this.#staged === null) return { kind: 'same' };
    await this.#staged.behind.settle();
    return { kind: 'staged', name: this.#staged.name };
  }

  /** Takes back what was written, and ends the delta that follows the new file. `close` comes after it. */
  async discard(): Promise<void> {
    const { staging } = this.#request;
    if (this.#staged !== null) giveUpAvailableBytes(this.#staged.available);
    // Whether the bytes were synced no longer matters.
    await (this.#staged ?? this.#appending)?.behind.settle().catch(() => {});
    try {
      this.#cutAppended();
      if (this.#staged !== null) staging.discard(this.#staged.name);
    } finally {
      await this.#mirror?.unfollow();
    }
  }

  /** Closes the file in staging, if there is one. Nothing may read it afterwards. */
  close(): void {
    const staged = this.#staged;
    this.#staged = null;
    if (staged !== null) this.#fileSystem.close(staged.descriptor);
  }

  /** Compares bytes with the mirror's, and decides where to write once they are no longer the same. */
  async #chooseTarget(bytes: Uint8Array, digestBefore: () => Promise<Buffer>): Promise<void> {
    const mirror = this.#mirror;
    if (mirror === null) return;
    const mirrorBytes = mirror.content.sizeBytes;
    if (this.#position < mirrorBytes) {
      if (!this.#isInMirror(mirror, bytes)) this.#beginStaging('clone');
    } else if (mirror.isOnlyName && (await digestBefore()).equals(mirror.content.sha256)) {
      const descriptor = this.#fileSystem.open(mirror.filePath, 'update');
      this.#appending = { descriptor, behind: new WriteBehind(this.#fileSystem, descriptor) };
    } else {
      this.#beginStaging('clone');
    }
  }

  #isInMirror(mirror: MirrorFile, bytes: Uint8Array): boolean {
    this.#compared ??= Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#sizeBytes));
    const present = this.#compared.subarray(0, bytes.length);
    const count = mirror.read(present, this.#position);
    return count === bytes.length && present.equals(bytes);
  }

  #cutAppended(): void {
    const appending = this.#appending;
    this.#appending = null;
    if (appending === null || this.#mirror === null) return;
    try {
      this.#fileSystem.truncate(appending.descriptor, this.#mirror.content.sizeBytes);
    } finally {
      this.#fileSystem.close(appending.descriptor);
    }
  }

  /** Waking the other thread costs as much as writing a chunk, so it is woken for several at once. */
  #tellFollower(available: AvailableBytes, count: number): void {
    if (count < this.#sizeBytes && count < this.#toldBytes + TELL_EVERY_BYTES) return;
    this.#toldBytes = count;
    raiseAvailableBytes(available, count);
  }

  /** @param how `clone` tries a clone, which has bytes of SOURCE that were not compared */
  #beginStaging(how: 'clone' | 'copy'): void {
    const fileSystem = this.#fileSystem;
    const { staging, reflinks, source } = this.#request;
    const name = staging.newName();
    const path = staging.path(name);
    const isClone = how === 'clone' && reflinks.tryClone(source, path);
    const descriptor = fileSystem.open(path, isClone ? 'update' : 'create');
    const available = createAvailableBytes();
    const behind = new WriteBehind(fileSystem, descriptor);
    this.#staged = { name, descriptor, available, behind };
    if (isClone) {
      this.#cloned = descriptor;
      const isLonger = fileSystem.statOpen(descriptor).size > this.#sizeBytes;
      if (isLonger) fileSystem.truncate(descriptor, this.#sizeBytes);
    } else if (this.#mirror !== null) {
      this.#copyFromMirror(this.#mirror, descriptor);
    }
    raiseAvailableBytes(available, isClone ? this.#sizeBytes : this.#position);
    this.#mirror?.follow({ descriptor, sizeBytes: this.#sizeBytes, available });
  }

  /** Copies what was equal so far, so that it is not read from SOURCE again. */
  #copyFromMirror(mirror: MirrorFile, target: FileDescriptor): void {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, this.#position)));
    for (let position = 0; position < this.#position;) {
      const wanted = buffer.subarray(0, Math.min(buffer.length, this.#position - position));
      const count = mirror.read(wanted, position);
      writeSparsely(this.#fileSystem, target, wanted.subarray(0, count), position);
      position += count;
    }
  }
}
