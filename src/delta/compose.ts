// One delta of a run of deltas, without touching file data: retention drops a snapshot by composing its
// neighbours. A restore applies the composed table itself (apply-table.ts).
import { type Checkpoint, uninterrupted } from '../system/time/checkpoint.js';
import { type ComposedRun, type RunDelta, composeTables } from './compose-tables.js';
import { SOURCE, withEngine } from './engine.js';
import { runSteps } from './feed.js';
import { DEFAULT_WINDOW_BYTES } from './gather.js';
import { SpilledBytes } from './spilled-bytes.js';

export interface ComposeOptions {
  readonly checkpoint?: Checkpoint;
  /** The most of the literal bytes that is brought into order at a time: a bound of the memory. */
  readonly windowBytes?: number;
}

/** A librsync delta, to be iterated as often as wanted until it is closed. */
export interface ComposedDelta extends AsyncIterable<Uint8Array> {
  readonly deltaBytes: number;
  /** Length of what the delta makes. */
  readonly resultBytes: number;
  /** Frees its temporary file. */
  close(): void;
}

/**
 * One delta that does what `deltas` do in turn: the first applies to the basis, the next to what that
 * makes, and so on. What is large on the way lies in temporary files without a name.
 * @throws DeltaFormatError when one is damaged, or copies beyond what the one before it makes; the
 *   byte is counted in that delta
 */
export async function compose(
  deltas: readonly RunDelta[],
  options: ComposeOptions = {},
): Promise<ComposedDelta> {
  const { checkpoint = uninterrupted, windowBytes = DEFAULT_WINDOW_BYTES } = options;
  const run = await composeTables(deltas, undefined, checkpoint);
  try {
    const bytes = await encodeRun(run, windowBytes, checkpoint);
    return {
      deltaBytes: bytes.sizeBytes,
      resultBytes: run.table.resultBytes,
      [Symbol.asyncIterator]: () => bytes.chunks(),
      close: () => bytes.close(),
    };
  } finally {
    run.close();
  }
}

/** The run as a plain delta. Its bytes are the caller's to close. */
async function encodeRun(
  { table, literals }: ComposedRun,
  windowBytes: number,
  checkpoint: Checkpoint,
): Promise<SpilledBytes> {
  const bytes = new SpilledBytes();
  const sources = { [SOURCE.table]: table.entries, [SOURCE.literals]: literals };
  try {
    await withEngine({ sources }, async (engine) => {
      const { exports, view } = engine;
      const { entries, resultBytes } = table;
      exports.encodeOpen(entries.sizeBytes, resultBytes, literals.sizeBytes, windowBytes);
      const flush = (): void => {
        bytes.append(view(exports.writerOutput(), exports.takeWriterOutput()));
      };
      await runSteps(engine, { step: () => exports.encodeStep(), flush }, checkpoint);
    });
    return bytes;
  } catch (error) {
    bytes.close();
    throw error;
  }
}
