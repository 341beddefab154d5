// The increments that one backup makes: their ids, the two threads that make and prove those of large
// files, and which are under way. Most are begun while their basis is still being copied (mirror-file.ts);
// keep-old-contents.ts begins the others, and waits for all of them.
import type { Content } from '../../../catalog/records.js';
import { DeltaThreads } from '../../../delta/threads/delta-threads.js';
import {
  type IncrementJob,
  type NewIncrement,
  type OpenFile,
} from '../../../repository/contents/write-increment.js';
import { incrementPath } from '../../../repository/layout.js';
import type { WritableRepository } from '../../../repository/repository.js';
import { isWorthThread } from '../../../system/threads/worth-a-thread.js';
import { awaitWithCheckpoints } from '../../../system/time/checkpoint.js';
import type { RunContext } from '../../run/run-context.js';
import { breaksChain } from './plan-chain-break.js';

export interface IncrementParts {
  readonly context: RunContext;
  readonly repository: WritableRepository;
  /** The most memory for finding moved content; null leaves the choice to the delta engine. */
  readonly memoryBytes: number | null;
}

/**
 * How many increments are made at once. Each has up to four files open, and two threads make them, so that more
 * would only wait.
 */
const MOST_UNDER_WAY = 6;

/** Null where the mirror no longer had the content. */
type MaybeIncrement = NewIncrement | null;

export class IncrementsInProgress {
  readonly #parts: IncrementParts;
  readonly #threads = new DeltaThreads();
  /** By the id of the content that the increment keeps. */
  readonly #begun = new Map<number, Promise<MaybeIncrement>>();
  readonly #underWay = new Set<Promise<MaybeIncrement>>();
  #nextId: number;

  constructor(parts: IncrementParts) {
    this.#parts = parts;
    this.#nextId = parts.repository.nextIncrementId();
  }

  /** Starts the threads if they will make the delta of this content. */
  prepare({ sizeBytes }: Content): void {
    if (isWorthThread(sizeBytes)) this.#threads.start();
  }

  has({ id }: Content): boolean {
    return this.#begun.has(id);
  }

  /** Whether the deltas that hang on a content have become so long that it is kept as a full copy. */
  breaksChain({ id, sizeBytes }: Content): boolean {
    return breaksChain(sizeBytes, this.#parts.repository.longestChainBytes(id));
  }

  /** A new increment of `result`, whose bytes are in `resultFile`. */
  createJob(result: Content, resultFile: OpenFile): IncrementJob {
    const { context, repository, memoryBytes } = this.#parts;
    const id = this.#nextId;
    this.#nextId += 1;
    return {
      fileSystem: context.fileSystem,
      repository: repository.path,
      threads: this.#threads,
      checkpoint: context.checkpoint,
      memoryBytes,
      id,
      result,
      resultFile,
    };
  }

  /** Adds an increment that is being made. `finish` throws if it fails. */
  add({ id }: Content, increment: Promise<MaybeIncrement>): void {
    this.#begun.set(id, increment);
    this.#underWay.add(increment);
    const end = (): void => {
      this.#underWay.delete(increment);
    };
    increment.then(end, end);
  }

  /** Waits until another increment may be begun. Comes before a file is read that may begin one. */
  async room(): Promise<void> {
    while (this.#underWay.size >= MOST_UNDER_WAY) {
      const first = Promise.race(this.#underWay).catch(() => {});
      await awaitWithCheckpoints(first, this.#parts.context.checkpoint);
    }
  }

  /** Waits for the increment of a content that was added. */
  async finish({ id }: Content): Promise<MaybeIncrement> {
    const increment = await awaitWithCheckpoints(
      this.#begun.get(id) ?? Promise.resolve(null),
      this.#parts.context.checkpoint,
    );
    this.#begun.delete(id);
    return increment;
  }

  /** Deletes the increments that nobody has finished: their contents do not leave the mirror. */
  async deleteUnwanted(): Promise<void> {
    const { context, repository } = this.#parts;
    for (const begun of this.#begun.values()) {
      const increment = await begun;
      if (increment === null) continue;
      context.fileSystem.unlink(incrementPath(repository.path, increment.id));
    }
    this.#begun.clear();
  }

  /** Ends the threads. Gives up what is still being made, and waits until no file is being read. */
  async close(): Promise<void> {
    await this.#threads.close();
    await Promise.allSettled(this.#begun.values());
  }
}
