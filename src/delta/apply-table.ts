// Rebuilds a result from its basis by a table and by the literal bytes that the table names. No delta is
// written for that.
import type { ByteReader } from '../system/files/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../system/time/checkpoint.js';
import type { DeltaTable } from './delta-table.js';
import type { Emit } from './engine/emit.js';
import { SOURCE, withEngine } from './engine/engine.js';
import { runSteps } from './engine/feed.js';
import { DEFAULT_WINDOW_BYTES, GatherOutput } from './engine/gather.js';

/** A table, and the literal bytes that it names. */
export interface TableToApply {
  readonly table: DeltaTable;
  readonly literals: ByteReader;
}

export interface ApplyOptions {
  readonly checkpoint?: Checkpoint;
  /** How much of the result is built at a time, at most: this bounds the memory. */
  readonly windowBytes?: number;
}

/**
 * Emits the result from its first byte to its last. After a failure, throw away what was emitted.
 * @throws DeltaFormatError when the table names bytes that the basis or the literals do not have
 */
export async function applyTable(
  basis: ByteReader,
  { table, literals }: TableToApply,
  emit: Emit,
  options: ApplyOptions = {},
): Promise<void> {
  const { checkpoint = uninterrupted, windowBytes = DEFAULT_WINDOW_BYTES } = options;
  const { entries, resultBytes } = table;
  const sources = {
    [SOURCE.basis]: basis,
    [SOURCE.table]: entries,
    [SOURCE.literals]: literals,
  };
  await withEngine({ sources }, async (engine) => {
    const { exports } = engine;
    const output = new GatherOutput(engine, emit);
    exports.applyOpen(
      entries.sizeBytes,
      resultBytes,
      basis.sizeBytes,
      literals.sizeBytes,
      windowBytes,
    );
    const job = { step: () => exports.applyStep(), flush: () => output.flush() };
    await runSteps(engine, job, checkpoint);
  });
}
