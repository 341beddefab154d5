// Handing out what the engine gathers (wasm/rebuild/gather.ts), for the two jobs that rebuild a file: a delta
// that is applied as it comes, and a table.
import type { Emit } from './emit.js';
import type { Engine } from './engine.js';

/**
 * The most of a result that is built at a time. Only where ranges lie in another order than in the
 * basis does a job come to this, and a quarter more for its list of them; it then runs through the
 * basis once for each window.
 */
export const DEFAULT_WINDOW_BYTES = 96 * 1024 * 1024;

/** Emits the output of a step, if there is any, and counts it. */
export class GatherOutput {
  emittedBytes = 0;
  readonly #engine: Engine;
  readonly #emit: Emit;

  constructor(engine: Engine, emit: Emit) {
    this.#engine = engine;
    this.#emit = emit;
  }

  flush(): Promise<void> | void {
    const { exports, view } = this.#engine;
    const length = exports.gatherTake();
    this.emittedBytes += length;
    if (length > 0) return this.#emit(view(exports.gatherOutput(), length));
  }
}
