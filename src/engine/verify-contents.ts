// Proving every content that is not in the mirror, by rebuilding it. Chains share their beginnings:
// walking from each root outwards, the delta composed so far is carried along, so that a chain of any
// depth costs one composition and one rebuilding for each of its contents.
import type { Content, Increment } from '../catalog/records.js';
import { type ComposedDelta, compose } from '../delta/compose.js';
import { patch } from '../delta/patch.js';
import { CorruptError, SystemError } from '../errors.js';
import { incrementBytes, openRoot } from '../repository/content-root.js';
import type { OpenRepository } from '../repository/open-repository.js';
import { type ContentRoot, placesOf } from '../repository/plan-content.js';
import { emitChunks, emitProved, readContent } from '../repository/read-content.js';
import { readChunks } from '../repository/read-chunks.js';
import type { ByteReader } from '../system/byte-reader.js';
import { showPath } from './notes.js';
import type { VerifyProblem } from './reports.js';
import type { RunContext } from './run-context.js';
import { type VerifyScope, snapshotsWith } from './verify.js';

export interface ContentVerification {
  readonly problems: readonly VerifyProblem[];
  readonly bytesChecked: number;
}

export async function verifyContents(
  repository: OpenRepository,
  scope: VerifyScope,
  context: RunContext,
): Promise<ContentVerification> {
  const walk = new ChainWalk(repository, scope, context);
  await walk.run();
  const failures = await withoutOvertaken(repository, walk, context);
  const problems = scope.versions.flatMap((version) => {
    const message = version.content === null ? undefined : failures.get(version.content.id);
    if (message === undefined) return [];
    const snapshots = snapshotsWith(version, scope);
    return [{ path: showPath(version.path), snapshots, kind: 'content', message }];
  });
  return { problems, bytesChecked: walk.bytesChecked };
}

/** A backup that ended meanwhile may have moved what the walk looked for: look again, one by one. */
async function withoutOvertaken(
  repository: OpenRepository,
  walk: ChainWalk,
  context: RunContext,
): Promise<ReadonlyMap<number, string>> {
  const { catalog } = repository;
  const generation = catalog.read(() => catalog.repository.get()?.generation);
  if (generation === walk.generation) return walk.failures;
  const remaining = new Map<number, string>();
  for (const [id, message] of walk.failures) {
    const content = walk.wanted.get(id);
    if (content === undefined) continue;
    try {
      await readContent(repository, content, () => {}, context.checkpoint);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      remaining.set(id, message);
    }
  }
  return remaining;
}

class ChainWalk {
  /** Contents to be proved here, by their ids: those that are not in the mirror. */
  readonly wanted = new Map<number, Content>();
  readonly failures = new Map<number, string>();
  readonly generation: number;
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
    this.generation = scope.generation;
    const { catalog } = repository;
    catalog.read(() => {
      const mirrored = new Map(
        catalog.versions
          .listNewest()
          .flatMap(({ content, path }) =>
            content === null ? [] : [[content.id, { content, path }]],
          ),
      );
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
            const places = placesOf(catalog, repository.path, inMirror.path);
            this.#roots.push({ id, root: { kind: 'mirror', content: inMirror.content, places } });
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
      this.#failAll(id, messageOf(error));
      return;
    }
    try {
      if (this.wanted.has(id)) await this.#prove(id, open.reader, null);
      await this.#walkFrom(id, open.reader);
    } finally {
      open.close();
    }
  }

  /** Depth first; a composed delta is closed as soon as nothing more is built on it. */
  async #walkFrom(rootId: number, basis: ByteReader): Promise<void> {
    const open: { readonly delta: ComposedDelta; users: number }[] = [];
    const todo = this.#stepsFrom(rootId, null);
    try {
      for (let step = todo.pop(); step !== undefined; step = todo.pop()) {
        const { increment, before } = step;
        const composed = await this.#compose(increment, before?.delta ?? null);
        if (before !== null) {
          before.users -= 1;
          if (before.users === 0) before.delta.close();
        }
        if (composed === null) continue;
        await this.#prove(increment.resultId, basis, composed);
        const holder = { delta: composed, users: 0 };
        const steps = this.#stepsFrom(increment.resultId, holder);
        holder.users = steps.length;
        if (steps.length === 0) composed.close();
        else open.push(holder);
        todo.push(...steps);
      }
    } finally {
      for (const { delta, users } of open) if (users > 0) delta.close();
    }
  }

  #stepsFrom(
    id: number,
    before: { readonly delta: ComposedDelta; users: number } | null,
  ): { readonly increment: Increment; readonly before: typeof before }[] {
    return (this.#next.get(id) ?? []).map((increment) => ({ increment, before }));
  }

  /** @returns null where the increment cannot be read, and all that is built on it has failed */
  async #compose(
    increment: Increment,
    before: ComposedDelta | null,
  ): Promise<ComposedDelta | null> {
    const own = (): AsyncIterable<Uint8Array> => incrementBytes(this.#repository, increment);
    const sources = before === null ? [own] : [() => before, own];
    try {
      return await compose(sources, { checkpoint: this.#context.checkpoint });
    } catch (error) {
      this.#failAll(increment.resultId, `increment ${increment.id}: ${messageOf(error)}`);
      return null;
    }
  }

  async #prove(id: number, basis: ByteReader, delta: ComposedDelta | null): Promise<void> {
    const content = this.wanted.get(id);
    if (content === undefined) return;
    const { checkpoint } = this.#context;
    this.#context.onProgress({
      phase: 'verifying',
      path: null,
      doneBytes: this.bytesChecked,
      totalBytes: this.#totalBytes,
    });
    try {
      await emitProved(
        content,
        () => {},
        async (emit) => {
          if (delta === null) await emitChunks(readChunks(basis), emit, checkpoint);
          else await patch(basis, delta, emit, { checkpoint, maxResultBytes: content.sizeBytes });
        },
      );
    } catch (error) {
      this.failures.set(id, messageOf(error));
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
}

/** @throws whatever is no trouble of the repository's bytes */
function messageOf(error: unknown): string {
  if (error instanceof CorruptError || error instanceof SystemError) return error.message;
  throw error;
}
