// One delta that does what a run of deltas does. No file data is touched. A removal composes the neighbours of
// what it drops. A restore does not need a delta: it applies the composed table (apply-table.ts).
import { type Checkpoint, uninterrupted } from '../system/time/checkpoint.js';
import { type ComposedRun, type RunDelta, composeTables } from './compose-tables.js';
import { SOURCE, withEngine } from './engine/engine.js';
import { runSteps } from './engine/feed.js';
import { DEFAULT_WINDOW_BYTES } from './engine/gather.js';
import { SpilledBytes } from './engine/spilled-bytes.js';

export interface ComposeOptions {
  readonly checkpoint?: Checkpoint;
  /** How many literal bytes are put into order at a time, at most: this bounds the memory. */
  readonly windowBytes?: number;
}

/** A librsync delta. Read it as often as you like, then close it. */
export interface ComposedDelta extends AsyncIterable<Uint8Array> {
  readonly deltaBytes: number;
  /** Length of the delta's result. */
  readonly resultBytes: number;
  /** Frees its temporary file. */
  close(): void;
}

/**
 * Composes deltas of which the first applies to the basis, the next to the result of the first, and so on.
 * Large intermediate results lie in temporary files without a name.
 * @throws DeltaFormatError when a delta is damaged, or copies bytes that the one before does not make;
 *   the byte is counted in that delta
 */
export async function compose(
  deltas: readonly RunDelta[],
  options: ComposeOptions = {},
): Promise<ComposedDelta> {
  const { checkpoint = uninterrupted } = options;
  return toDelta(await composeTables(deltas, undefined, checkpoint), options);
}

/** The delta of a composed run, which is closed. */
export async function toDelta(
  run: ComposedRun,
  { checkpoint = uninterrupted, windowBytes = DEFAULT_WINDOW_BYTES }: ComposeOptions = {},
): Promise<ComposedDelta> {
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

/** Writes the run as a plain delta. The caller closes the bytes. */
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
