// The table of a delta. For each stretch of the result it says where the bytes come from: a place in the
// basis, or a place among the literal bytes (wasm/table/table-writer.ts). The literal bytes of all deltas
// of a run lie in one store, each once, and tables refer to them. Whoever makes a table closes its entries.
import type { Checkpoint } from '../system/time/checkpoint.js';
import { STEP } from '../system/wasm/step.js';
import { SOURCE, withEngine } from './engine/engine.js';
import { type Chunks, type FedJob, deltaInput, feedAll, runSteps } from './engine/feed.js';
import { toFormatError } from './engine/format-reasons.js';
import { IN_MEMORY_MOST, SpilledBytes } from './engine/spilled-bytes.js';

export interface DeltaTable {
  readonly entries: SpilledBytes;
  /** Length of the delta's result. */
  readonly resultBytes: number;
}

/** A delta that goes beyond these limits is corrupt. */
export interface DeltaLimits {
  /** Length of the basis. */
  readonly basisBytes?: number | undefined;
  readonly maxResultBytes?: number | undefined;
}

/** How a delta is read. */
export interface TabulateOptions extends DeltaLimits {
  /** The number that the first byte of the store has in the run; 0 unless given. */
  readonly literalsAt?: number | undefined;
}

/**
 * Reads a delta to its end and adds its literal bytes to `literals`.
 * @throws DeltaFormatError when the delta is damaged or goes beyond its limits
 */
export async function tabulate(
  delta: Chunks,
  literals: SpilledBytes,
  { basisBytes, maxResultBytes, literalsAt = 0 }: TabulateOptions,
  checkpoint: Checkpoint,
): Promise<DeltaTable> {
  return makeTable(limit(maxResultBytes), async (entries) => {
    const stores = { [SOURCE.table]: entries, [SOURCE.literals]: literals };
    return withEngine({ stores }, async (engine) => {
      const { exports } = engine;
      const job: FedJob = {
        ...deltaInput(engine),
        step: () => exports.tabulateStep(),
        flush: noFlush,
      };
      exports.tabulateOpen(
        limit(basisBytes),
        limit(maxResultBytes),
        literalsAt + literals.sizeBytes,
      );
      await feedAll(engine, delta, job, checkpoint);
      if (exports.tabulateFinish() === STEP.error) throw toFormatError(exports);
      return exports.tabulateMade();
    });
  });
}

/** The table of what `first` and then `second` do. Both stay as they are. */
export async function joinTables(
  first: DeltaTable,
  second: DeltaTable,
  checkpoint: Checkpoint,
): Promise<DeltaTable> {
  return makeTable(second.resultBytes, async (entries) => {
    const host = {
      sources: { [SOURCE.table]: first.entries, [SOURCE.secondTable]: second.entries },
      stores: { [SOURCE.table]: entries },
    };
    return withEngine(host, async (engine) => {
      const { exports } = engine;
      exports.joinOpen(
        first.entries.sizeBytes,
        first.resultBytes,
        second.entries.sizeBytes,
        second.resultBytes,
      );
      await runSteps(engine, { step: () => exports.joinStep(), flush: noFlush }, checkpoint);
      return second.resultBytes;
    });
  });
}

/**
 * A table may be this long for each byte of its result. An entry has 16 bytes and stands for many bytes of
 * the result in all deltas that this program makes, but a few bytes of a delta can copy a table of many
 * entries again and again.
 */
const TABLE_BYTES_PER_RESULT_BYTE = 4;
/** A table up to this length is never too long. */
const SHORT_TABLE_BYTES = 64 << 20;

/**
 * @param maxResultBytes the most that the result can have
 * @param make fills the entries and returns the length of the result
 */
async function makeTable(
  maxResultBytes: number,
  make: (entries: SpilledBytes) => Promise<number>,
): Promise<DeltaTable> {
  const most = Math.max(SHORT_TABLE_BYTES, maxResultBytes * TABLE_BYTES_PER_RESULT_BYTE);
  const entries = new SpilledBytes(IN_MEMORY_MOST, most);
  try {
    return { entries, resultBytes: await make(entries) };
  } catch (error) {
    entries.close();
    throw error;
  }
}

function limit(bytes: number | undefined): number {
  return Math.min(bytes ?? Infinity, Number.MAX_SAFE_INTEGER);
}

/** These jobs write their output into stores. */
function noFlush(): void {}
