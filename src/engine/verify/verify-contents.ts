// Proves every content that is not in the mirror by rebuilding the content. Chains share their beginnings,
// so the walk goes from each root outwards and takes the composed table along. Each content costs one
// composition and one rebuilding, however long its chain is.
import type { Content, Increment } from '../../catalog/records.js';
import { applyTable } from '../../delta/apply-table.js';
import { type DeltaTable, joinTables, tabulate } from '../../delta/delta-table.js';
import type { Emit } from '../../delta/engine/emit.js';
import { SpilledBytes } from '../../delta/engine/spilled-bytes.js';
import { CorruptError } from '../../errors.js';
import { incrementBytes, openRoot } from '../../repository/contents/content-root.js';
import type { ContentRoot } from '../../repository/contents/plan-content.js';
import { emitChunks, emitProved, toCorruption } from '../../repository/contents/read-content.js';
import { incrementPath } from '../../repository/layout.js';
import type { OpenRepository } from '../../repository/repository.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import { LocalDigest } from '../../system/digest/digest-stream.js';
import { type BytePath, ROOT, formatPath } from '../../system/files/byte-path.js';
import type { ByteReader } from '../../system/files/byte-reader.js';
import { readChunks, readFileChunks } from '../../system/files/read-chunks.js';
import { addToGroup, append } from '../../system/lists/lists.js';
import type { RunContext } from '../run/run-context.js';
import type { ProofTally } from './proof-tally.js';
import { confirmLost } from './verify-again.js';
import type { VerifyRun } from './verify-run.js';
import { UNREACHABLE } from './verify-sizes.js';

/** Proves contents that are not in the mirror, until the time is up. */
export async function proveRebuilt(
  run: VerifyRun,
  contents: readonly Content[],
  tally: ProofTally,
): Promise<void> {
  const walk = new ChainWalk(run, contents, tally);
  await walk.run();
  const candidates = [...walk.failures].flatMap(([id, message]) => {
    const content = walk.wanted.get(id);
    return content === undefined ? [] : [{ content, message }];
  });
  const lost = await confirmLost(run, candidates);
  for (const { content } of candidates) {
    tally.outcomes.set(content.id, lost.get(content.id) ?? null);
  }
}

/** A table and how many steps still build on it. The last of these steps closes the table. */
interface Holder {
  readonly table: DeltaTable;
  users: number;
}

function release(holder: Holder, open: Set<Holder>): void {
  holder.users -= 1;
  if (holder.users > 0) return;
  holder.table.entries.close();
  open.delete(holder);
}

class ChainWalk {
  /** The contents to prove, by their ids. */
  readonly wanted = new Map<number, Content>();
  readonly failures = new Map<number, string>();
  readonly #repository: OpenRepository;
  readonly #context: RunContext;
  readonly #tally: ProofTally;
  readonly #roots: { readonly id: number; readonly root: ContentRoot }[] = [];
  /** Increments that lead to something wanted, by their basis. */
  readonly #next = new Map<number, Increment[]>();

  constructor({ repository, context }: VerifyRun, contents: readonly Content[], tally: ProofTally) {
    this.#repository = repository;
    this.#context = context;
    this.#tally = tally;
    const sources = repository.contentSources();
    const mirrored = new Map<number, { content: Content; candidates: BytePath[] }>();
    for (const { content, candidates } of sources.mirror) {
      const others = mirrored.get(content.id);
      if (others === undefined) mirrored.set(content.id, { content, candidates: [...candidates] });
      else append(others.candidates, candidates);
    }
    for (const content of contents) this.wanted.set(content.id, content);
    const byResult = new Map(sources.increments.map((item) => [item.resultId, item]));
    const visited = new Set<number>();
    for (let id of this.wanted.keys()) {
      while (!visited.has(id)) {
        visited.add(id);
        const inMirror = mirrored.get(id);
        const increment = byResult.get(id);
        if (inMirror !== undefined) {
          this.#roots.push({ id, root: { kind: 'mirror', ...inMirror } });
        } else if (increment?.basisId) {
          addToGroup(this.#next, increment.basisId, increment);
          id = increment.basisId;
        } else if (increment !== undefined) {
          this.#roots.push({ id, root: { kind: 'full', increment } });
        }
      }
    }
  }

  async run(): Promise<void> {
    const unreached = new Set(this.wanted.keys());
    for (const { id } of this.#roots) {
      for (const reached of this.#reachable(id)) unreached.delete(reached);
    }
    for (const id of unreached) this.#fail(id, UNREACHABLE);
    for (const { id, root } of this.#roots) {
      if (this.#tally.isOutOfTime()) return;
      await this.#walkRoot(id, root);
    }
  }

  async #walkRoot(id: number, root: ContentRoot): Promise<void> {
    let open;
    try {
      open = await openRoot(this.#repository, root, this.#context.checkpoint);
    } catch (error) {
      this.#failAll(id, this.#messageOf(error));
      return;
    }
    try {
      const { reader } = open;
      const increment = root.kind === 'full' ? root.increment : null;
      await this.#prove(id, increment, (emit) =>
        emitChunks(readChunks(reader), emit, this.#context.checkpoint),
      );
      await this.#walkFrom(id, open.reader);
    } finally {
      open.close();
    }
  }

  /** Walks depth first, and closes a table as soon as no step builds on it. */
  async #walkFrom(rootId: number, basis: ByteReader): Promise<void> {
    const literals = new SpilledBytes();
    const open = new Set<Holder>();
    const todo = this.#stepsFrom(rootId, null);
    try {
      for (let step = todo.pop(); step !== undefined; step = todo.pop()) {
        if (this.#tally.isOutOfTime()) break;
        const { increment, before } = step;
        const table = await this.#tabulate(increment, before?.table ?? null, basis, literals);
        if (before !== null) release(before, open);
        if (table === null) continue;
        const holder = { table, users: 1 };
        open.add(holder);
        await this.#prove(increment.resultId, increment, (emit) =>
          applyTable(basis, { table, literals }, emit, { checkpoint: this.#context.checkpoint }),
        );
        const steps = this.#stepsFrom(increment.resultId, holder);
        holder.users += steps.length;
        release(holder, open);
        append(todo, steps);
      }
    } finally {
      for (const { table } of open) table.entries.close();
      literals.close();
    }
  }

  #stepsFrom(
    id: number,
    before: Holder | null,
  ): { readonly increment: Increment; readonly before: Holder | null }[] {
    return (this.#next.get(id) ?? []).map((increment) => ({ increment, before }));
  }

  /** @returns null for an increment that cannot be read; everything built on it is then lost */
  async #tabulate(
    increment: Increment,
    before: DeltaTable | null,
    basis: ByteReader,
    literals: SpilledBytes,
  ): Promise<DeltaTable | null> {
    const { checkpoint } = this.#context;
    const limits = {
      basisBytes: before?.resultBytes ?? basis.sizeBytes,
      maxResultBytes: increment.resultBytes,
    };
    try {
      const bytes = incrementBytes(this.#repository, increment);
      const own = await tabulate(bytes, literals, limits, checkpoint);
      if (before === null) return own;
      try {
        return await joinTables(before, own, checkpoint);
      } finally {
        own.entries.close();
      }
    } catch (error) {
      this.#failAll(increment.resultId, `increment ${increment.id}: ${this.#messageOf(error)}`);
      return null;
    }
  }

  /** @param increment the last one on the way to the content; null for a mirror file */
  async #prove(
    id: number,
    increment: Increment | null,
    rebuild: (emit: Emit) => Promise<void>,
  ): Promise<void> {
    const content = this.wanted.get(id);
    if (content === undefined) return;
    this.#tally.begin(null);
    try {
      await emitProved(content, new LocalDigest(content.sizeBytes), () => {}, rebuild);
      this.#tally.outcomes.set(id, null);
      if (increment !== null) await this.#proveStored(increment);
    } catch (error) {
      this.#fail(id, this.#messageOf(error));
    }
    this.#tally.bytesChecked += content.sizeBytes;
  }

  /** zstd ignores some bits of a frame, so an increment may be damaged and still decode. */
  async #proveStored(increment: Increment): Promise<void> {
    const { fileSystem, path } = this.#repository;
    const file = incrementPath(path, increment.id);
    const sha256 = await digestChunks(readFileChunks(fileSystem, file), this.#context.checkpoint);
    if (sha256.equals(increment.storedSha256)) return;
    this.#tally.problems.push({
      path: formatPath(incrementPath(ROOT, increment.id)),
      snapshots: [],
      kind: 'increment',
      message: `increment ${increment.id} is not as it was written (its SHA-256 differs), but still gives the right bytes`,
    });
  }

  #fail(id: number, message: string): void {
    this.failures.set(id, message);
    this.#tally.outcomes.set(id, message);
  }

  #failAll(id: number, message: string): void {
    for (const lost of this.#reachable(id)) {
      if (this.wanted.has(lost)) this.#fail(lost, message);
    }
  }

  /** A content and all that is built on it. */
  #reachable(id: number): number[] {
    const found = [id];
    for (let index = 0; index < found.length; index += 1) {
      const next = this.#next.get(found[index] as number) ?? [];
      append(
        found,
        next.map(({ resultId }) => resultId),
      );
    }
    return found;
  }

  /** @throws the error itself, unless the repository's own bytes are to blame */
  #messageOf(error: unknown): string {
    const found = toCorruption(this.#repository, error);
    if (found instanceof CorruptError) return found.message;
    throw error;
  }
}
