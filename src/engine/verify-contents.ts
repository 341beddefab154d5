// Proving every content that is not in the mirror, by rebuilding it. Chains share their beginnings:
// walking from each root outwards, the table composed so far is carried along, so that a chain of any
// depth costs one composition and one rebuilding for each of its contents.
import type { Content, Increment } from '../catalog/records.js';
import { applyTable } from '../delta/apply-table.js';
import { type DeltaTable, joinTables, tabulate } from '../delta/delta-table.js';
import { SpilledBytes } from '../delta/spilled-bytes.js';
import { CorruptError } from '../errors.js';
import { incrementBytes, openRoot } from '../repository/content-root.js';
import type { OpenRepository } from '../repository/open-repository.js';
import { type ContentRoot, placesOf } from '../repository/plan-content.js';
import { emitChunks, emitProved, toCorruption } from '../repository/read-content.js';
import { LocalDigest } from '../system/digest-stream.js';
import { readChunks } from '../system/read-chunks.js';
import type { Emit } from '../delta/emit.js';
import type { BytePath } from '../system/byte-path.js';
import type { ByteReader } from '../system/byte-reader.js';
import type { RunContext } from './run-context.js';
import type { LostContents, VerifyScope } from './verify.js';
import { confirmLost } from './verify-again.js';

export interface ContentVerification {
  readonly lost: LostContents;
  readonly bytesChecked: number;
}

export async function verifyContents(
  repository: OpenRepository,
  scope: VerifyScope,
  context: RunContext,
): Promise<ContentVerification> {
  const walk = new ChainWalk(repository, scope, context);
  await walk.run();
  const candidates = [...walk.failures].flatMap(([id, message]) => {
    const content = walk.wanted.get(id);
    return content === undefined ? [] : [{ content, message }];
  });
  const lost = await confirmLost(repository, scope, context, candidates);
  return { lost, bytesChecked: walk.bytesChecked };
}

/** A table that is built on by so many more; the last of them closes it. */
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
  /** Contents to be proved here, by their ids: those that are not in the mirror. */
  readonly wanted = new Map<number, Content>();
  readonly failures = new Map<number, string>();
  bytesChecked = 0;
  readonly #repository: OpenRepository;
  readonly #context: RunContext;
  readonly #roots: { readonly id: number; readonly root: ContentRoot }[] = [];
  /** Increments that lead to something wanted, by their basis. */
  readonly #next = new Map<number, Increment[]>();
  readonly #totalBytes: number;

  constructor(repository: OpenRepository, scope: VerifyScope, context: RunContext) {
    this.#repository = repository;
    this.#context = context;
    const { catalog } = repository;
    catalog.read(() => {
      const mirrored = new Map<number, { content: Content; places: BytePath[] }>();
      for (const { content, path } of catalog.versions.listNewest()) {
        if (content === null) continue;
        const places = mirrored.get(content.id)?.places ?? [];
        places.push(...placesOf(catalog, repository.path, path));
        mirrored.set(content.id, { content, places });
      }
      for (const { content } of scope.versions) {
        if (content !== null && !mirrored.has(content.id)) this.wanted.set(content.id, content);
      }
      const byResult = new Map(catalog.increments.list().map((item) => [item.resultId, item]));
      const visited = new Set<number>();
      for (let id of this.wanted.keys()) {
        while (!visited.has(id)) {
          visited.add(id);
          const inMirror = mirrored.get(id);
          const increment = byResult.get(id);
          if (inMirror !== undefined) {
            this.#roots.push({ id, root: { kind: 'mirror', ...inMirror } });
          } else if (increment?.basisId) {
            const siblings = this.#next.get(increment.basisId) ?? [];
            this.#next.set(increment.basisId, [...siblings, increment]);
            id = increment.basisId;
          } else if (increment !== undefined) {
            this.#roots.push({ id, root: { kind: 'full', increment } });
          }
        }
      }
    });
    this.#totalBytes = [...this.wanted.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  async run(): Promise<void> {
    const unreached = new Set(this.wanted.keys());
    for (const { id, root } of this.#roots) {
      for (const reached of this.#reachable(id)) unreached.delete(reached);
      await this.#walkRoot(id, root);
    }
    for (const id of unreached) {
      this.failures.set(id, 'it is neither in the mirror nor in an increment');
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
      await this.#prove(id, (emit) =>
        emitChunks(readChunks(reader), emit, this.#context.checkpoint),
      );
      await this.#walkFrom(id, open.reader);
    } finally {
      open.close();
    }
  }

  /** Depth first; a table is closed as soon as nothing more is built on it. */
  async #walkFrom(rootId: number, basis: ByteReader): Promise<void> {
    const literals = new SpilledBytes();
    const open = new Set<Holder>();
    const todo = this.#stepsFrom(rootId, null);
    try {
      for (let step = todo.pop(); step !== undefined; step = todo.pop()) {
        const { increment, before } = step;
        const table = await this.#tabulate(increment, before?.table ?? null, basis, literals);
        if (before !== null) release(before, open);
        if (table === null) continue;
        const holder = { table, users: 1 };
        open.add(holder);
        await this.#prove(increment.resultId, (emit) =>
          applyTable(basis, table, literals, emit, { checkpoint: this.#context.checkpoint }),
        );
        const steps = this.#stepsFrom(increment.resultId, holder);
        holder.users += steps.length;
        release(holder, open);
        todo.push(...steps);
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

  /** @returns null where the increment cannot be read, and all that is built on it has failed */
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

  async #prove(id: number, rebuild: (emit: Emit) => Promise<void>): Promise<void> {
    const content = this.wanted.get(id);
    if (content === undefined) return;
    this.#context.onProgress({
      phase: 'verifying',
      path: null,
      doneBytes: this.bytesChecked,
      totalBytes: this.#totalBytes,
    });
    try {
      await emitProved(content, new LocalDigest(content.sizeBytes), () => {}, rebuild);
    } catch (error) {
      this.failures.set(id, this.#messageOf(error));
    }
    this.bytesChecked += content.sizeBytes;
  }

  #failAll(id: number, message: string): void {
    for (const lost of this.#reachable(id)) {
      if (this.wanted.has(lost)) this.failures.set(lost, message);
    }
  }

  /** A content and all that is built on it. */
  #reachable(id: number): number[] {
    const found = [id];
    for (let index = 0; index < found.length; index += 1) {
      const next = this.#next.get(found[index] as number) ?? [];
      found.push(...next.map(({ resultId }) => resultId));
    }
    return found;
  }

  /** @throws whatever is no trouble with the repository's own bytes */
  #messageOf(error: unknown): string {
    const found = toCorruption(this.#repository, error);
    if (found instanceof CorruptError) return found.message;
    throw error;
  }
}
