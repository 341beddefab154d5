// The only loader of the wasm module. The module is compiled once a process; each instance has a memory
// of its own, so that jobs that run at the same time cannot disturb each other. The types of the exports
// are known where they are called: src/delta/ and src/persistence/.
import { readFileSync } from 'node:fs';
import { InstallationError, SystemError } from '../../errors.js';

/** What a job lends the module: the module calls these functions while a step of the job runs. */
export interface JobHost {
  /** Fills all of `into` with bytes of a source from `position` on, or throws. */
  readonly read: (source: number, into: Uint8Array, position: number) => void;
  /** Adds bytes to the end of a store. They are a view on the memory, valid during the call only. */
  readonly append: (store: number, bytes: Uint8Array) => void;
}

export interface WasmInstance<Exports> {
  readonly exports: Exports;
  /** `length` bytes of the memory at `at`. The view is lost when memory grows. */
  readonly view: (at: number, length: number) => Uint8Array;
  readonly memoryBytes: () => number;
  /** From now on the module's calls go to this host. */
  readonly lend: (host: JobHost) => void;
}

/** For a job that needs no host: a call would be a mistake of this program. */
export const NO_HOST: JobHost = {
  read: (source) => {
    throw new Error(`the job has no source ${source}`);
  },
  append: (store) => {
    throw new Error(`the job has no store ${store}`);
  },
};

// TypeScript declares WebAssembly for browsers only; this is the part that is used here.
interface Memory {
  readonly buffer: ArrayBuffer;
}
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Memory: new (descriptor: { initial: number }) => Memory;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const MODULE_FILE = new URL('../../../wasm/engine.wasm', import.meta.url);

let compiled: object | undefined;

/**
 * Creates an instance without a host. Jobs take theirs from the pool (instance-pool.ts).
 * @throws InstallationError when the module is missing or this Node.js cannot run it; SystemError with ENOMEM
 */
export function instantiateWasm<Exports>(): WasmInstance<Exports> {
  try {
    compiled ??= new WebAssembly.Module(readFileSync(MODULE_FILE));
    const memory = takeMemory();
    const view = (at: number, length: number): Uint8Array =>
      new Uint8Array(memory.buffer, at, length);
    let lent = NO_HOST;
    const host = {
      read: (source: number, into: number, length: number, position: number): void =>
        lent.read(source, view(into, length), position),
      append: (store: number, from: number, length: number): void =>
        lent.append(store, view(from, length)),
    };
    const instance = new WebAssembly.Instance(compiled, { env: { memory }, host });
    return {
      exports: instance.exports as Exports,
      view,
      memoryBytes: () => memory.buffer.byteLength,
      lend: (newHost) => {
        lent = newHost;
      },
    };
  } catch (error) {
    if (error instanceof SystemError) throw error;
    throw new InstallationError(`cannot load the delta engine: ${(error as Error).message}`, {
      part: 'the delta engine',
      hint: 'install the package again; it needs Node.js 20.19 or newer on a processor with SIMD',
      cause: error,
    });
  }
}

/** Node.js reserves 8 GiB of addresses and more for each memory, of which hardly any is used. */
function takeMemory(): Memory {
  try {
    return new WebAssembly.Memory({ initial: 1 });
  } catch (error) {
    const reason = 'cannot allocate memory';
    const call = { operation: 'reserve', object: 'address space', path: null, reason };
    throw new SystemError(
      { ...call, errno: 'ENOMEM' },
      { hint: 'free some memory, or lift the limit of addresses (ulimit -v), and run again', cause: error },
    );
  }
}
