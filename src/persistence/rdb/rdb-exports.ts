// The exports of wasm/index.ts that work on RDBs, as TypeScript sees them. Addresses and lengths are i32,
// file positions and sizes f64, exact up to 2^53.
import type { WasmInstance } from '../../system/wasm/wasm.js';

export type RdbEngine = WasmInstance<RdbExports>;

export interface RdbExports {
  /** @param withChecksum 1 to sum up every byte, 0 to skip what the walk need not read */
  rdbOpen(sizeBytes: number, withChecksum: number): void;
  /** @param isDeep 1 to look into everything that fits in memory, 0 into what a nightly walk may cost */
  rdbCheck(isDeep: number, low: bigint, high: bigint): void;
  rdbInput(): number;
  rdbInputCapacity(): number;
  rdbNext(): number;
  rdbFeed(length: number): void;
  rdbStep(): number;
  rdbFinish(): number;
  rdbTakeBatch(): number;
  rdbColumn(number: number): number;
  rdbBatchCapacity(): number;
  rdbChecksum(): number;
  /** 0 if the walk has not stopped, or no right checksum was found after the stop */
  rdbSealedEnd(): number;
  rdbVersion(): number;
  /** 0 if no value was refused */
  rdbRefused(): number;
  rdbRefusedAt(): number;
  /** 0 if no value is suspect */
  rdbSuspect(): number;
  rdbSuspectAt(): number;
  rdbSkippedValues(): number;
  rdbSkippedKeys(): number;
  rdbIsValkey(): number;
  rdbEnd(): number;
  rdbStopReason(): number;
  rdbStopValue(): number;
  rdbStopAt(): number;
  rdbEntryAt(): number;
  rdbFunctions(): number;
  rdbModuleAux(): number;
  rdbTypes(): number;
  rdbDatabases(): number;
  rdbDatabaseCount(): number;
  rdbOtherDatabases(): number;
  rdbAux(): number;
  rdbAuxLength(): number;
  rdbAuxOmitted(): number;

  /** @returns 0 if the type has no elements */
  elementsOpen(isValkey: number, type: number, valueAt: number, end: number): number;
  elementsInput(): number;
  elementsInputCapacity(): number;
  elementsNext(): number;
  elementsFeed(length: number): void;
  elementsStep(): number;
  elementsTakeBatch(): number;
  elementsColumn(number: number): number;
  elementsBatchCapacity(): number;

  crcOpen(): void;
  crcInput(): number;
  crcInputCapacity(): number;
  crcFeed(length: number): void;
  crcValue(): bigint;

  lzfOpen(length: number, expandedBytes: number): void;
  lzfInput(): number;
  lzfOutput(): number;
  /** @returns 0 if the bytes are damaged */
  lzfExpand(): number;
}
