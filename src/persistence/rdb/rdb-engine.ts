// Instances of the wasm engine for RDBs. One does one job at a time; it is given back when the job is
// over and reused, since its memory is never freed. Who meets an exception drops it instead, as does
// the pool when a job has made it large.
import { type WasmInstance, instantiateWasm } from '../../system/wasm/wasm.js';
import type { RdbExports } from './rdb-exports.js';

export type RdbEngine = WasmInstance<RdbExports>;

const IDLE_MOST = 2;
const IDLE_MEMORY_MOST = 8 * 1024 * 1024;

const idle: RdbEngine[] = [];

/** An instance of one's own, until it is given back. */
export function takeRdbEngine(): RdbEngine {
  return idle.pop() ?? instantiateWasm<RdbExports>({ read: refuse, append: refuse });
}

export function giveBackRdbEngine(engine: RdbEngine): void {
  if (idle.length < IDLE_MOST && engine.memoryBytes() <= IDLE_MEMORY_MOST) idle.push(engine);
}

function refuse(): never {
  throw new Error('a job on an RDB has no sources and no stores');
}
