// Hands out what the engine gathers (wasm/rebuild/gather.ts). Two jobs rebuild a file: one applies a delta
// while it arrives, the other applies a table.
import type { Emit } from './emit.js';
import type { Engine } from './engine.js';

/**
 * How much of a result is built at a time, at most. A job takes this much, and a quarter more for its list
 * of ranges, only if the ranges are in another order than in the basis. It then goes through the basis once
 * for each window.
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
