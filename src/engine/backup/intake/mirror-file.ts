// The mirror file of a path while the file at that path in SOURCE is read. New bytes are compared with its
// bytes, and are added at its end or replace it. This object keeps the old content as an increment, and
// holds the mirror file open until that is done.
import type { Content, ContentKey } from '../../../catalog/records.js';
import {
  type NewIncrement,
  type PendingIncrement,
  beginDelta,
  writePrefixDelta,
} from '../../../repository/contents/write-increment.js';
import { mirrorPath } from '../../../repository/layout.js';
import type { OpenRepository } from '../../../repository/repository.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import type { FileDescriptor, FileSystem } from '../../../system/files/file-system.js';
import type { SharedFile } from '../../../system/files/shared-file-reader.js';
import { isWorthThread } from '../../../system/threads/worth-a-thread.js';
import { isFarTooShort } from '../increments/choose-basis.js';
import type { IncrementsInProgress } from '../increments/increments-in-progress.js';
import type { LastSnapshot } from '../last-snapshot.js';

export interface MirrorFileRequest {
  readonly repository: OpenRepository;
  readonly increments: IncrementsInProgress;
  readonly last: LastSnapshot;
  /** In the snapshot. */
  readonly path: BytePath;
}

export class MirrorFile {
  readonly content: Content;
  /** On this machine, in the mirror. */
  readonly filePath: BytePath;
  /** Whether bytes may be added to it in place: it has no other name. */
  readonly isOnlyName: boolean;
  readonly #fileSystem: FileSystem;
  readonly #descriptor: FileDescriptor;
  readonly #increments: IncrementsInProgress;
  #delta: PendingIncrement | null = null;
  #isOpen = true;

  /** @returns null unless the mirror has the file with its recorded size */
  static open(request: MirrorFileRequest): MirrorFile | null {
    const { last, path } = request;
    const content = last.versions.get(path)?.content;
    if (!content || last.conditions.get(path) === 'wrong-content') return null;
    return new MirrorFile(request, content);
  }

  private constructor({ repository, increments, path }: MirrorFileRequest, content: Content) {
    const { fileSystem } = repository;
    this.content = content;
    this.filePath = mirrorPath(repository.path, path);
    this.#fileSystem = fileSystem;
    this.#increments = increments;
    this.#descriptor = fileSystem.open(this.filePath, 'read');
    this.isOnlyName = fileSystem.statOpen(this.#descriptor).nlink === 1n;
  }

  /** @returns how many bytes were read */
  read(into: Uint8Array, position: number): number {
    return this.#fileSystem.read(this.#descriptor, into, position);
  }

  /** Begins the delta against the file that replaces this one, while that is being written. */
  follow(replacement: SharedFile): void {
    const { content } = this;
    if (!isWorthThread(content.sizeBytes) || this.#increments.has(content)) return;
    if (this.#increments.breaksChain(content)) return;
    if (isFarTooShort(replacement.sizeBytes, content.sizeBytes)) return;
    this.#delta = beginDelta(this.#createJob(), replacement);
  }

  /** Has the delta end and deletes it. The writer of the file that it follows has given that up. */
  async unfollow(): Promise<void> {
    const delta = this.#delta;
    this.#delta = null;
    await delta?.abandon();
  }

  /**
   * Keeps the content, now that the file that replaces it is written. Both files must stay open until
   * the increment is made.
   * @returns null where keep-old-contents.ts has to keep it
   */
  keepAsDelta(replacement: ContentKey): Promise<NewIncrement> | null {
    return this.#delta?.complete(replacement) ?? null;
  }

  /** Keeps the content with which this file begins, now that bytes were added. @returns as `keepAsDelta` */
  keepAsPrefix(grown: ContentKey): Promise<NewIncrement> | null {
    if (this.#increments.has(this.content)) return null;
    return writePrefixDelta(this.#createJob(), grown);
  }

  /** A second call does nothing. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#fileSystem.close(this.#descriptor);
  }

  #createJob() {
    const { sizeBytes } = this.content;
    return this.#increments.createJob(this.content, { descriptor: this.#descriptor, sizeBytes });
  }
}
