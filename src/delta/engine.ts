// Jobs of the wasm engine. An instance does one job at a time and is reused by the next. It is thrown
// away instead after any other exception than a decoder's, which may leave it in the middle of a step.
// An instance cannot give memory back, so of those that took much at most one is kept: the next large
// job takes no more, while the memory of one that is thrown away is only free once it is collected.
import type { ByteReader } from '../system/files/byte-reader.js';
import { instantiateWasm, type WasmInstance } from '../system/wasm/wasm.js';
import { DeltaFormatError } from './delta-format-error.js';
import type { EngineExports } from './engine-exports.js';

/** Numbers of sources and stores, the same as in wasm/memory/host.ts. */
export const SOURCE = {
  basis: 0,
  result: 1,
  table: 2,
  literals: 3,
  secondTable: 4,
  finds: 5,
} as const;

/** Bytes that the engine adds to while it runs, and may read back. */
export interface ByteStore {
  append(bytes: Uint8Array): void;
}

/** What a job lends the engine, at the index of its number in SOURCE. */
export interface JobHost {
  readonly sources?: Partial<Record<number, ByteReader>>;
  readonly stores?: Partial<Record<number, ByteStore>>;
}

export type Engine = WasmInstance<EngineExports>;

const IDLE_MOST = 2;
const SMALL_MOST_BYTES = 16 * 1024 * 1024;
const NO_HOST: JobHost = {};

interface Slot {
  host: JobHost;
  readonly engine: Engine;
}

const idle: Slot[] = [];

/** Runs a job on an instance of its own; its memory belongs to the job until the promise settles. */
export async function withEngine<T>(
  host: JobHost,
  job: (engine: Engine) => Promise<T>,
): Promise<T> {
  const slot = idle.pop() ?? createSlot();
  slot.host = host;
  try {
    const result = await job(slot.engine);
    recycle(slot);
    return result;
  } catch (error) {
    // A decoder that rejects its input stops between two steps.
    if (error instanceof DeltaFormatError) recycle(slot);
    throw error;
  }
}

function recycle(slot: Slot): void {
  slot.host = NO_HOST;
  if (idle.length < IDLE_MOST && (isSmall(slot) || idle.every(isSmall))) idle.push(slot);
}

function isSmall({ engine }: Slot): boolean {
  return engine.memoryBytes() <= SMALL_MOST_BYTES;
}

function createSlot(): Slot {
  const slot: Slot = {
    host: NO_HOST,
    engine: instantiateWasm<EngineExports>({
      read: (source, into, length, position) => {
        readInto(slot, source, into, length, position);
      },
      append: (store, from, length) => {
        const target = slot.host.stores?.[store];
        if (target === undefined) throw new Error(`the job has no store ${store}`);
        target.append(slot.engine.view(from, length));
      },
    }),
  };
  return slot;
}

function readInto(
  slot: Slot,
  source: number,
  into: number,
  length: number,
  position: number,
): void {
  const reader = slot.host.sources?.[source];
  if (reader === undefined) throw new Error(`the job has no source ${source}`);
  const count = reader.read(slot.engine.view(into, length), position);
  if (count !== length) {
    throw new Error(`read ${count} bytes instead of ${length} at byte ${position} of a source`);
  }
}
