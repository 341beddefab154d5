// One file of SOURCE on its way into the repository: one attempt, from the moment the file is opened until
// the content that it replaces is kept. It owns the open file, where its bytes go (copy-target.ts), their
// digest and examination, and the mirror file of the same path with the delta that is made of it meanwhile
// (mirror-file.ts). A caller reads it, and then finishes or discards it.
import type { ContentKey, SourceState } from '../../../catalog/records.js';
import type { Examiner, FileExamination } from '../../../persistence/examine/examine-file.js';
import type { Examiners } from '../../../persistence/examine/examiners.js';
import type { NewIncrement } from '../../../repository/contents/write-increment.js';
import type { WritableRepository } from '../../../repository/repository.js';
import type { Staging } from '../../../repository/staging.js';
import type { Digests } from '../../../system/digest/digests.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import type { FileDescriptor, FileStat } from '../../../system/files/file-system.js';
import type { Reflinks } from '../../../system/files/reflinks.js';
import type { RunContext } from '../../run/run-context.js';
import type { CapturedOpenFile } from '../../server/capture-plan.js';
import type { LinksOfOthers } from '../../source/links-of-others.js';
import type { IncrementsInProgress } from '../increments/increments-in-progress.js';
import type { LastSnapshot } from '../last-snapshot.js';
import { type CopyOutcome, CopyTarget } from './copy-target.js';
import type { ExpectedKind } from './examine-entries.js';
import { MirrorFile } from './mirror-file.js';
import type { Patience } from './patience.js';
import { digestSource, readSource } from './read-source.js';
import { SourceFile } from './source-file.js';

/** What all intakes of a backup have in common. */
export interface IntakeParts {
  readonly context: RunContext;
  readonly repository: WritableRepository;
  readonly staging: Staging;
  readonly increments: IncrementsInProgress;
  readonly digests: Digests;
  /** Null where nothing is examined. */
  readonly examiners: Examiners | null;
  readonly reflinks: Reflinks;
  /** Of all files together. */
  readonly patience: Patience;
  readonly last: LastSnapshot;
  readonly linksOfOthers: LinksOfOthers;
}

export interface FileToTake {
  /** In the snapshot. */
  readonly path: BytePath;
  /** On this machine. */
  readonly absolute: BytePath;
  /** What was captured of it, and is read instead; null where no server is writing it. */
  readonly captured: CapturedOpenFile | null;
  /** As what it is examined; null where it is not. */
  readonly expectedKind: ExpectedKind | null;
  /** Told how many more bytes were read. */
  readonly onBytes: (count: number) => void;
}

/** A file that was taken as it was at one moment. */
export interface TakenFile {
  readonly content: ContentKey;
  /** Its name in staging; null where the mirror has its bytes. */
  readonly staged: string | null;
  /** Of the open file, when its reading began. */
  readonly stat: FileStat;
  readonly state: SourceState;
  /** What was found in it; null where it was not examined. */
  readonly examination: FileExamination | null;
}

export class FileIntake {
  readonly #parts: IntakeParts;
  readonly #file: FileToTake;
  readonly #source: SourceFile;
  readonly #mirror: MirrorFile | null;
  readonly #copy: CopyTarget;
  #examiner: Examiner<FileExamination | null> | null = null;
  #sha256: Buffer | null = null;

  /**
   * @returns null where the file is gone, or is no longer a regular file
   * @throws SourceReadError
   */
  static async open(parts: IntakeParts, file: FileToTake): Promise<FileIntake | null> {
    const mirror = MirrorFile.open({ ...parts, path: file.path });
    try {
      const source = await openSource(parts, file);
      if (source !== null) return new FileIntake(parts, file, source, mirror);
    } catch (error) {
      mirror?.close();
      throw error;
    }
    mirror?.close();
    return null;
  }

  private constructor(
    parts: IntakeParts,
    file: FileToTake,
    source: SourceFile,
    mirror: MirrorFile | null,
  ) {
    this.#parts = parts;
    this.#file = file;
    this.#source = source;
    this.#mirror = mirror;
    const { descriptor, sizeBytes } = source;
    const { fileSystem } = parts.context;
    this.#copy = new CopyTarget({ ...parts, fileSystem, source: descriptor, sizeBytes, mirror });
  }

  /** Whether it may be somebody else's, by its stat when it was opened: what was scanned may be gone. */
  get isLinkOfOther(): boolean {
    return this.#parts.linksOfOthers.has(this.#file.path, this.#source.stat);
  }

  /**
   * Reads the file to its end. Each byte is read once, unless the file changes meanwhile.
   * @returns false where what was read is not what the file was at one moment
   * @throws SourceReadError; SystemError where the repository cannot be written
   */
  async read(): Promise<boolean> {
    const { context, digests } = this.#parts;
    const { descriptor, sizeBytes } = this.#source;
    const copy = this.#copy;
    copy.begin();
    this.#examiner = await this.#beginExaminer();
    const digest = await digests.begin(sizeBytes);
    let position = 0;
    while (position < sizeBytes && copy.cloned === null) {
      await context.checkpoint();
      const room = (await digest.room()).subarray(0, copy.room);
      const bytes = readSource(context, descriptor, room, position);
      if (bytes.length === 0) return false;
      await copy.write(bytes, () => digest.soFar());
      digest.add(bytes.length);
      await this.#examiner?.push(bytes);
      position += bytes.length;
      this.#file.onBytes(bytes.length);
    }
    if (copy.cloned === null) {
      const sha256 = await digest.finish();
      this.#sha256 = (await this.#isUndisturbed(sha256)) ? sha256 : null;
    } else if (this.#source.changeSinceOpening() !== 'changed') {
      // The clone is what the file was at one moment: later changes do not matter.
      this.#sha256 = await this.#readClone(copy.cloned, position);
    }
    return this.#sha256 !== null;
  }

  /**
   * Ends the copy. What it replaces is being kept from here on: `increments` has the promise, and the
   * files stay open until it settles.
   */
  async finish(): Promise<TakenFile> {
    if (this.#sha256 === null) throw new Error('the file was not read whole');
    const { sizeBytes, stat } = this.#source;
    const content = { sha256: this.#sha256, sizeBytes };
    const outcome = await this.#copy.finish(this.#sha256);
    const examination = (await this.#examiner?.finish()) ?? null;
    const state = this.#source.state(this.#file.path);
    this.#source.close();
    this.#keepReplaced(outcome, content);
    const staged = outcome.kind === 'staged' ? outcome.name : null;
    return { content, staged, stat, state, examination };
  }

  /** Takes everything back and closes all files. */
  async discard(): Promise<void> {
    try {
      await this.#copy.discard();
    } finally {
      this.#source.close();
      this.#closeWritten();
    }
  }

  #keepReplaced({ kind }: CopyOutcome, content: ContentKey): void {
    const mirror = this.#mirror;
    let increment: Promise<NewIncrement> | null = null;
    if (kind === 'staged') increment = mirror?.keepAsDelta(content) ?? null;
    if (kind === 'grown') increment = mirror?.keepAsPrefix(content) ?? null;
    if (mirror === null || increment === null) this.#closeWritten();
    else {
      const kept = increment.finally(() => this.#closeWritten());
      this.#parts.increments.add(mirror.content, kept);
    }
  }

  #closeWritten(): void {
    try {
      this.#copy.close();
    } finally {
      this.#mirror?.close();
    }
  }

  async #beginExaminer(): Promise<Examiner<FileExamination | null> | null> {
    const { examiners } = this.#parts;
    const kind = this.#file.expectedKind;
    if (examiners === null || kind === null) return null;
    const { sizeBytes } = this.#source;
    return kind === 'unknown'
      ? examiners.beginUnknown(sizeBytes)
      : examiners.begin(kind, sizeBytes);
  }

  /** @param readBytes how many bytes were read before the clone was made, and have been examined */
  async #readClone(clone: FileDescriptor, readBytes: number): Promise<Buffer | null> {
    let position = readBytes;
    return digestSource(this.#parts, clone, this.#source.sizeBytes, async (bytes, doneBytes) => {
      const start = doneBytes - bytes.length;
      const fresh = bytes.subarray(Math.min(bytes.length, Math.max(0, position - start)));
      position += fresh.length;
      this.#file.onBytes(fresh.length);
      if (fresh.length > 0) await this.#examiner?.push(fresh);
    });
  }

  /** Whether what was read is what the file was when it was opened. Reads it again where stats leave a doubt. */
  async #isUndisturbed(sha256: Buffer): Promise<boolean> {
    const source = this.#source;
    const change = source.changeSinceOpening();
    if (change === 'changed') return false;
    if (source.isChangeCertain && change === 'none') return true;
    const again = await digestSource(this.#parts, source.descriptor, source.sizeBytes);
    return again !== null && again.equals(sha256);
  }
}

async function openSource(
  { context }: IntakeParts,
  { captured, absolute }: FileToTake,
): Promise<SourceFile | null> {
  if (captured !== null) return SourceFile.ofCapture(context, captured);
  return SourceFile.open(context, absolute);
}
