// The one loader of the wasm module. It is compiled once a process; each instance has its own memory,
// so that jobs that run at the same time cannot disturb one another. Who calls the exports knows
// their types: src/delta/ and src/rdb/ name the ones they use.
import { readFileSync } from 'node:fs';
import { InstallationError } from '../../errors.js';

/** Functions that the module calls while an export runs; numbers are wasm's i32 and f64. */
export type HostFunctions = Record<string, (...values: number[]) => number | void>;

export interface WasmInstance<Exports> {
  readonly exports: Exports;
  /** `length` bytes of the instance's memory at `at`; good until memory grows, which a job's start may do. */
  readonly view: (at: number, length: number) => Uint8Array;
  /** How much memory the instance has taken so far; it never gives any back. */
  readonly memoryBytes: () => number;
}

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
 * A new instance of the engine; `host` is its import module of that name.
 * @throws InstallationError when the module is missing or this Node.js cannot run it.
 */
export function instantiateWasm<Exports>(host: HostFunctions): WasmInstance<Exports> {
  try {
    compiled ??= new WebAssembly.Module(readFileSync(MODULE_FILE));
    const memory = new WebAssembly.Memory({ initial: 1 });
    const instance = new WebAssembly.Instance(compiled, { env: { memory }, host });
    return {
      exports: instance.exports as Exports,
      view: (at, length) => new Uint8Array(memory.buffer, at, length),
      memoryBytes: () => memory.buffer.byteLength,
    };
  } catch (error) {
    throw new InstallationError(`cannot load the delta engine: ${(error as Error).message}`, {
      part: 'the delta engine',
      hint: 'install the package again; it needs Node.js 20.19 or newer on a processor with SIMD',
      cause: error,
    });
  }
}
