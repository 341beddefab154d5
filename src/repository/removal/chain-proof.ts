// Proves one content of a chain after another, from the root on. What leads to the content before is kept composed, so that
// each increment is read once for all proofs and not once for each.
import type { Increment } from '../../catalog/records.js';
import { applyTable } from '../../delta/apply-table.js';
import { GrowingRun } from '../../delta/growing-run.js';
import { type StoredDelta, toRun } from '../../delta/stored-delta.js';
import { StoredRun } from '../../delta/stored-run.js';
import { Digests } from '../../system/digest/digests.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { type OpenRoot, openRoot } from '../contents/content-root.js';
import type { ContentPlan, ContentRoot } from '../contents/plan-content.js';
import { emitProved } from '../contents/read-content.js';
import { incrementPath } from '../layout.js';
import type { RepositoryPlace } from '../repository-place.js';
import { REMOVAL_WINDOW_BYTES } from './run-series.js';

export class ChainProof {
  readonly #place: RepositoryPlace;
  readonly #digests = new Digests();
  /** The way to the content that was proved last. */
  #way: Way | null = null;

  constructor(place: RepositoryPlace) {
    this.#place = place;
  }

  /** @throws CorruptError, DeltaFormatError where the plan does not make its content; SystemError where a file is gone */
  async prove({ content, root, deltas }: ContentPlan, checkpoint: Checkpoint): Promise<void> {
    const digest = await this.#digests.begin(content.sizeBytes);
    try {
      const way = await this.#lead(root, deltas, checkpoint);
      await emitProved(
        content,
        digest,
        async () => {},
        (emit) =>
          applyTable(way.root.reader, way.run.composed, emit, {
            checkpoint,
            windowBytes: REMOVAL_WINDOW_BYTES,
          }),
      );
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#digests.close();
  }

  #leave(): void {
    this.#way?.run.close();
    this.#way?.root.close();
    this.#way = null;
  }

  /** Goes on from the content before where its way leads to this one. */
  async #lead(
    root: ContentRoot,
    deltas: readonly Increment[],
    checkpoint: Checkpoint,
  ): Promise<Way> {
    const before = this.#way;
    if (before !== null && leadsOn(before, root, deltas)) {
      const added = deltas.slice(before.deltas.length);
      await before.run.add(toRun(this.#place.fileSystem, toStored(this.#place, added)), checkpoint);
      this.#way = { ...before, deltas };
      return this.#way;
    }
    this.#leave();
    this.#way = await begin(this.#place, root, deltas, checkpoint);
    return this.#way;
  }
}

interface Way {
  readonly from: string;
  readonly root: OpenRoot;
  readonly deltas: readonly Increment[];
  readonly run: GrowingRun;
}

async function begin(
  place: RepositoryPlace,
  from: ContentRoot,
  deltas: readonly Increment[],
  checkpoint: Checkpoint,
): Promise<Way> {
  const rootBytes = from.kind === 'full' ? from.increment.plainBytes : 0;
  const composing = new StoredRun(place.fileSystem, toStored(place, deltas), rootBytes);
  try {
    const root = await openRoot(place, from, checkpoint);
    try {
      const run = await composing.compose(root.reader.sizeBytes, checkpoint);
      const literalsMost = deltas.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
      return { from: nameOf(from), root, deltas, run: new GrowingRun(run, literalsMost) };
    } catch (error) {
      root.close();
      throw error;
    }
  } finally {
    await composing.close();
  }
}

function leadsOn(
  { from, deltas: before }: Way,
  root: ContentRoot,
  deltas: readonly Increment[],
): boolean {
  return from === nameOf(root) && before.every(({ id }, index) => id === deltas[index]?.id);
}

/** Names of the mirror do not change while a removal works: it holds the lock. */
function nameOf(root: ContentRoot): string {
  return root.kind === 'full' ? `increment ${root.increment.id}` : `mirror ${root.content.id}`;
}

export function toStored({ path }: RepositoryPlace, deltas: readonly Increment[]): StoredDelta[] {
  return deltas.map(({ id, plainBytes, resultBytes }) => ({
    id,
    path: incrementPath(path, id),
    plainBytes,
    maxResultBytes: resultBytes,
  }));
}
