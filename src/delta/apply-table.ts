// Rebuilds a result from its basis by a table and the literal bytes that it names, without a delta
// being written first.
import type { ByteReader } from '../system/files/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../system/time/checkpoint.js';
import type { DeltaTable } from './delta-table.js';
import type { Emit } from './emit.js';
import { SOURCE, withEngine } from './engine.js';
import { runSteps } from './feed.js';
import { DEFAULT_WINDOW_BYTES, GatherOutput } from './gather.js';

/** A table, and the literal bytes that it names. */
export interface TableToApply {
  readonly table: DeltaTable;
  readonly literals: ByteReader;
}

export interface ApplyOptions {
  readonly checkpoint?: Checkpoint;
  /** The most of the result that is built at a time: a bound of the memory. */
  readonly windowBytes?: number;
}

/**
 * Emits the result from its first byte to its last; what was emitted before a failure is worth nothing.
 * @throws DeltaFormatError when the table names what basis or literals do not have
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
