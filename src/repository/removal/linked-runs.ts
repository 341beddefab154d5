// What the runs of one removal share: the next run is composed on another thread while this one is written and proved, and the
// proofs go on from one another.
import { type ComposedRun, composeTables } from '../../delta/compose-tables.js';
import { toRun } from '../../delta/stored-delta.js';
import { ComposeAhead } from '../../delta/threads/compose-ahead.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { RepositoryPlace } from '../repository-place.js';
import { ChainProof, toStored } from './chain-proof.js';
import type { ContentPlan } from '../contents/plan-content.js';
import type { ComposedChain } from './composed-chain.js';
import type { RunSeries } from './run-series.js';

/** With fewer bytes of deltas in all, starting a thread takes longer than composing them. */
const THREAD_FROM_BYTES = 32 << 20;

export class LinkedRuns implements RunSeries {
  readonly #proof: ChainProof;
  readonly #place: RepositoryPlace;
  readonly #chains: readonly ComposedChain[];
  readonly #ahead: ComposeAhead | null;

  /** @param chains in the order in which they will be composed */
  constructor(place: RepositoryPlace, chains: readonly ComposedChain[]) {
    this.#proof = new ChainProof(place);
    this.#place = place;
    this.#chains = chains;
    this.#ahead = deltaBytes(chains) < THREAD_FROM_BYTES ? null : new ComposeAhead();
  }

  async compose(chain: ComposedChain, checkpoint: Checkpoint): Promise<ComposedRun> {
    const deltas = toStored(this.#place, chain.run);
    const made = await this.#ahead?.take(deltas, checkpoint);
    const next = this.#chains[this.#chains.indexOf(chain) + 1];
    // A run that begins with a full copy is not composed but rebuilt.
    if (next !== undefined && next.basisId !== null) {
      this.#ahead?.begin(toStored(this.#place, next.run));
    }
    return made ?? composeTables(toRun(this.#place.fileSystem, deltas), undefined, checkpoint);
  }

  prove(plan: ContentPlan, checkpoint: Checkpoint): Promise<void> {
    return this.#proof.prove(plan, checkpoint);
  }

  async close(): Promise<void> {
    await this.#ahead?.close();
    await this.#proof.close();
  }
}

function deltaBytes(chains: readonly ComposedChain[]): number {
  let bytes = 0;
  for (const { run } of chains) for (const { plainBytes } of run) bytes += plainBytes;
  return bytes;
}
