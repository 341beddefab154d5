// The instances of the wasm module that wait for their next job. The rules of their memory:
// - An instance does one job at a time. Its memory belongs to that job until it is given back.
// - Memory grows with a job and never shrinks. So of the instances that have grown large at most one is
//   kept: the next large job uses that memory again. A small job never takes it.
// - When memory grows, every view on it is lost. Some jobs grow when they open, some while they run.
// - After an exception an instance is thrown away, since it may have stopped in the middle of a step. The
//   exception of a decoder (decoder-error.ts) is the one that leaves an instance whole.
import { DecoderError } from './decoder-error.js';
import { type JobHost, NO_HOST, type WasmInstance, instantiateWasm } from './wasm.js';

/** `small`: the job's memory is bounded by a few MiB, whatever its input. `large`: it may grow. */
export type JobSize = 'small' | 'large';

const IDLE_MOST = 3;
export const SMALL_MOST_BYTES = 16 * 1024 * 1024;

export class InstancePool {
  readonly #idle: WasmInstance<unknown>[] = [];

  /** An instance for one job, which is given back after the job or forgotten after an exception. */
  take<Exports>(size: JobSize, host: JobHost = NO_HOST): WasmInstance<Exports> {
    const instance = this.#takeIdle(size) ?? instantiateWasm();
    instance.lend(host);
    // There is one module: every instance has the exports of all jobs.
    return instance as WasmInstance<Exports>;
  }

  /** Keeps the instance for another job if there is room for it. */
  giveBack(instance: WasmInstance<unknown>): void {
    instance.lend(NO_HOST);
    if (this.#idle.length === IDLE_MOST) return;
    if (isSmall(instance) || this.#idle.every(isSmall)) this.#idle.push(instance);
  }

  /** Runs a job on an instance of its own. */
  async run<Exports, Result>(
    size: JobSize,
    host: JobHost,
    job: (instance: WasmInstance<Exports>) => Promise<Result>,
  ): Promise<Result> {
    const instance = this.take<Exports>(size, host);
    try {
      const result = await job(instance);
      this.giveBack(instance);
      return result;
    } catch (error) {
      if (error instanceof DecoderError) this.giveBack(instance);
      throw error;
    }
  }

  #takeIdle(size: JobSize): WasmInstance<unknown> | undefined {
    const large = this.#idle.findIndex((instance) => !isSmall(instance));
    const index = size === 'large' && large !== -1 ? large : this.#idle.findLastIndex(isSmall);
    return index === -1 ? undefined : this.#idle.splice(index, 1)[0];
  }
}

function isSmall(instance: WasmInstance<unknown>): boolean {
  return instance.memoryBytes() <= SMALL_MOST_BYTES;
}

/** The pool of this thread. */
export const instances = new InstancePool();
