// Keeping the contents that leave the mirror: reverse deltas against what is akin among the new ones,
// or full copies. Most deltas are begun while their basis is still being copied (`follow`); the rest
// are made when everything has been read (`keepLeaving`).
import type { Content, Version } from '../../catalog/records.js';
import { DeltaThreads } from '../../delta/delta-threads.js';
import { CorruptError } from '../../errors.js';
import { incrementPath, mirrorPath } from '../../repository/layout.js';
import type { WritableRepository } from '../../repository/repository.js';
import type { Staging } from '../../repository/staging.js';
import {
  type ContentKey,
  type IncrementJob,
  type NewIncrement,
  type PendingIncrement,
  beginDelta,
  writeFull,
  writePrefixDelta,
} from '../../repository/contents/write-increment.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { awaitWithCheckpoints } from '../../system/time/checkpoint.js';
import { FileReader } from '../../system/files/byte-reader.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import type { FileDescriptor } from '../../system/files/file-system.js';
import { readChunks } from '../../system/files/read-chunks.js';
import type { SharedFile } from '../../system/files/shared-file-reader.js';
import { isWorthThread } from '../../system/threads/worth-a-thread.js';
import { chooseBasis } from './choose-basis.js';
import type { MirrorFile } from './copy-target.js';
import type { NextEntry } from './next-entry.js';
import { lookNote, type Note } from '../run/notes.js';
import { breaksChain } from './plan-chain-break.js';
import type { LastSnapshot } from './last-snapshot.js';
import type { RunContext } from '../run/run-context.js';

export interface KeptContents {
  readonly increments: readonly NewIncrement[];
  readonly notes: readonly Note[];
}

interface Leaving {
  readonly content: Content;
  readonly version: Version;
}

export class OldContents {
  readonly #context: RunContext;
  readonly #repository: WritableRepository;
  readonly #staging: Staging;
  readonly #last: LastSnapshot;
  readonly #memoryBytes: number | null;
  readonly #threads = new DeltaThreads();
  readonly #open = new Set<FileDescriptor>();
  /** Increments that are being made already, by the content that they keep. */
  readonly #begun = new Map<number, Promise<NewIncrement>>();
  /** What `keepLeaving` waits for, or has waited for last. */
  #awaited: Promise<unknown> = Promise.resolve();
  #nextId: number;

  constructor(
    context: RunContext,
    repository: WritableRepository,
    staging: Staging,
    last: LastSnapshot,
    memoryBytes: number | null,
  ) {
    this.#memoryBytes = memoryBytes;
    this.#context = context;
    this.#repository = repository;
    this.#staging = staging;
    this.#last = last;
    this.#nextId = repository.nextIncrementId();
  }

  /** The mirror file of a path, if it is there with the size that it should have; open until `close`. */
  openMirror(path: BytePath): MirrorFile | null {
    const version = this.#last.versions.get(path);
    if (!version?.content || this.#last.conditions.get(path) === 'wrong-content') return null;
    const place = mirrorPath(this.#repository.path, path);
    const descriptor = this.#openFile(place);
    const isOnlyName = this.#context.fileSystem.statOpen(descriptor).nlink === 1n;
    return { path: place, descriptor, content: version.content, isOnlyName };
  }

  /** Starts the threads, if a delta of a path's content is made on them. */
  prepare(path: BytePath): void {
    const content = this.#last.versions.get(path)?.content;
    if (content && isWorthThread(content.sizeBytes)) this.#threads.start();
  }

  /** Begins the delta of a mirror file against the file that replaces it, which is being written. */
  follow(mirror: MirrorFile, staged: SharedFile): PendingIncrement | null {
    const { content, descriptor } = mirror;
    if (!isWorthThread(content.sizeBytes) || this.#begun.has(content.id)) return null;
    if (this.#breaksChain(content)) return null;
    return beginDelta(this.#job(content, descriptor, content.sizeBytes), staged);
  }

  /** Takes over a delta that was begun by `follow`, whose basis has been written now. */
  completeFollowed(mirror: MirrorFile, delta: PendingIncrement, basis: ContentKey): void {
    this.#begin(mirror.content, delta.complete(basis));
  }

  /** Keeps a content that the mirror file, longer now, begins with. */
  keepPrefix(mirror: MirrorFile, basis: ContentKey): void {
    const { content, descriptor } = mirror;
    if (this.#begun.has(content.id)) return;
    const job = this.#job(content, descriptor, content.sizeBytes);
    this.#begin(content, writePrefixDelta(job, basis));
  }

  /** A file that is open until `close`, such as one in staging that a delta follows. */
  closeLater(descriptor: FileDescriptor): void {
    this.#open.add(descriptor);
  }

  /** Ends what was begun, and makes what is missing, for all contents that `next` no longer has. */
  async keepLeaving(next: readonly NextEntry[]): Promise<KeptContents> {
    const leaving = findLeaving(this.#last, next);
    const increments: NewIncrement[] = [];
    const notes: Note[] = [];
    const totalBytes = leaving.reduce((sum, { content }) => sum + content.sizeBytes, 0);
    let doneBytes = 0;
    for (const item of leaving) {
      const path = formatPath(item.version.path);
      this.#context.onProgress({ phase: 'comparing', path, doneBytes, totalBytes });
      const making = this.#begun.get(item.content.id) ?? this.#keepOne(item, next);
      this.#awaited = making;
      const increment = await awaitWithCheckpoints(making, this.#context.checkpoint);
      this.#begun.delete(item.content.id);
      doneBytes += item.content.sizeBytes;
      if (increment === null) notes.push(lostNote(item.version.path));
      else increments.push(increment);
      if (increment !== null && !increment.resultSha256.equals(item.content.sha256)) {
        notes.push(damagedNote(item.version.path));
      }
    }
    await this.#deleteUnwanted();
    return { increments, notes };
  }

  /** Ends the threads and closes every file; what is still being made is given up. */
  async close(): Promise<void> {
    await this.#threads.close();
    await Promise.allSettled([this.#awaited, ...this.#begun.values()]);
    for (const descriptor of this.#open) this.#context.fileSystem.close(descriptor);
    this.#open.clear();
  }

  #begin(content: Content, increment: Promise<NewIncrement>): void {
    // A failure is met when the increment is waited for.
    increment.catch(() => {});
    this.#begun.set(content.id, increment);
  }

  /** Increments of contents that are in the mirror after all, under another path. */
  async #deleteUnwanted(): Promise<void> {
    for (const begun of this.#begun.values()) {
      const { id } = await begun;
      this.#context.fileSystem.unlink(incrementPath(this.#repository.path, id));
    }
    this.#begun.clear();
  }

  async #keepOne(
    { content, version }: Leaving,
    next: readonly NextEntry[],
  ): Promise<NewIncrement | null> {
    const { fileSystem } = this.#context;
    const place = mirrorPath(this.#repository.path, version.path);
    if (fileSystem.stat(place)?.isFile() !== true) return null;
    const descriptor = this.#openFile(place);
    const presentBytes = Number(fileSystem.statOpen(descriptor).size);
    const job = this.#job(content, descriptor, Math.min(presentBytes, content.sizeBytes));
    const basis = this.#breaksChain(content) ? null : this.#chooseBasis(content, version, next);
    if (basis === null) return writeFull(job);
    const { sizeBytes } = basis;
    const shared = { descriptor: this.#openFile(basis.place), sizeBytes, available: null };
    // What was copied in this run is known to be right; a file of the mirror may be damaged.
    if (!basis.isNew && !(await this.#isWhole(shared, basis.key))) return writeFull(job);
    return beginDelta(job, shared).complete(basis.key);
  }

  /** Whether so many deltas hang on a content that it is kept whole. */
  #breaksChain({ id, sizeBytes }: Content): boolean {
    return breaksChain(sizeBytes, this.#repository.longestChainBytes(id));
  }

  async #isWhole({ descriptor, sizeBytes }: SharedFile, { sha256 }: ContentKey): Promise<boolean> {
    const reader = new FileReader(this.#context.fileSystem, descriptor, sizeBytes);
    try {
      return (await digestChunks(readChunks(reader), this.#context.checkpoint)).equals(sha256);
    } catch (error) {
      if (error instanceof CorruptError) return false;
      throw error;
    }
  }

  #chooseBasis(content: Content, version: Version, next: readonly NextEntry[]) {
    const states = this.#last.states;
    const candidates = next.flatMap((entry) => {
      const state = entry.state ?? states.get(entry.path);
      if (entry.content === null || state === undefined) return [];
      const { path, staged, content: key } = entry;
      const { device, inode } = state;
      const place =
        staged === null ? mirrorPath(this.#repository.path, path) : this.#staging.path(staged);
      const isNew = staged !== null;
      return [{ path, sizeBytes: key.sizeBytes, device, inode, key, place, isNew }];
    });
    const { device, inode } = states.get(version.path) ?? { device: 0n, inode: 0n };
    const leaving = { path: version.path, sizeBytes: content.sizeBytes, device, inode };
    return chooseBasis(leaving, candidates);
  }

  #job(content: Content, descriptor: FileDescriptor, sizeBytes: number): IncrementJob {
    const id = this.#nextId;
    this.#nextId += 1;
    return {
      fileSystem: this.#context.fileSystem,
      repository: this.#repository.path,
      threads: this.#threads,
      checkpoint: this.#context.checkpoint,
      memoryBytes: this.#memoryBytes,
      id,
      result: content,
      resultFile: { descriptor, sizeBytes },
    };
  }

  #openFile(path: BytePath): FileDescriptor {
    const descriptor = this.#context.fileSystem.open(path, 'read');
    this.#open.add(descriptor);
    return descriptor;
  }
}

/**
 * Contents of the last snapshot that no entry of the new one has, each once: with a path at which the
 * mirror has it whole, as far as a stat can tell, if there is one.
 */
function findLeaving(last: LastSnapshot, next: readonly NextEntry[]): Leaving[] {
  const staying = new Set(next.map(({ content }) => content?.sha256.toString('hex')));
  const leaving = new Map<number, Leaving>();
  for (const version of last.versions.values()) {
    const { content, path } = version;
    if (content === null || staying.has(content.sha256.toString('hex'))) continue;
    const isWhole = last.conditions.get(path) !== 'wrong-content';
    if (isWhole || !leaving.has(content.id)) leaving.set(content.id, { content, version });
  }
  return [...leaving.values()];
}

function lostNote(path: BytePath): Note {
  return lookNote(
    'mirror-lost',
    path,
    `the repository's own file '${formatPath(path)}' is gone: its last version cannot be kept`,
    'find out who changes files in the repository',
  );
}

function damagedNote(path: BytePath): Note {
  return lookNote(
    'mirror-damaged',
    path,
    `the repository's own file '${formatPath(path)}' was damaged: its last version is kept as it was found, and is marked so`,
    "look for errors of the disk, and run 'redis-rewind verify'",
  );
}
