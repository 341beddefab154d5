// Gives a job an instance of the engine, and lends the engine the job's files and stores. The rules about
// the memory of instances: src/system/wasm/instance-pool.ts.
import type { ByteReader } from '../../system/files/byte-reader.js';
import { instances } from '../../system/wasm/instance-pool.js';
import { type JobHost, NO_HOST, type WasmInstance } from '../../system/wasm/wasm.js';
import type { EngineExports } from './engine-exports.js';

/** The numbers of sources and stores. wasm/memory/host.ts has the same. */
export const SOURCE = {
  basis: 0,
  result: 1,
  table: 2,
  literals: 3,
  secondTable: 4,
  finds: 5,
} as const;

/** Bytes to which the engine appends while it runs. It may read them back. */
export interface ByteStore {
  append(bytes: Uint8Array): void;
}

/** What a job lends the engine, each under its number in SOURCE. */
export interface LentBytes {
  readonly sources?: Partial<Record<number, ByteReader>>;
  readonly stores?: Partial<Record<number, ByteStore>>;
}

export type Engine = WasmInstance<EngineExports>;

/** Runs a job on an instance of its own. Its memory is the job's until the promise settles. */
export async function withEngine<Result>(
  lent: LentBytes,
  job: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  return instances.run('large', hostOf(lent), job);
}

function hostOf({ sources = {}, stores = {} }: LentBytes): JobHost {
  return {
    read: (source, into, position) => {
      const reader = sources[source];
      if (reader === undefined) return NO_HOST.read(source, into, position);
      const count = reader.read(into, position);
      if (count !== into.length) {
        throw new Error(
          `read ${count} bytes instead of ${into.length} at byte ${position} of a source`,
        );
      }
    },
    append: (store, bytes) => {
      const target = stores[store];
      if (target === undefined) return NO_HOST.append(store, bytes);
      target.append(bytes);
    },
  };
}
