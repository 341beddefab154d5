// Two deltas in a row made into one, by the engine (wasm/compose.ts); and one delta written anew.
import type { Checkpoint } from '../system/checkpoint.js';
import { formatError } from './format-reasons.js';
import { type Engine, SOURCE, withEngine } from './engine.js';
import { type EngineExports, STEP } from './engine-exports.js';
import { type Chunks, type FedJob, feedAll } from './feed.js';
import { SpilledBytes } from './spilled-bytes.js';

/** A delta that was made here, and the length of what it makes. */
export interface MadeDelta {
  readonly bytes: SpilledBytes;
  readonly resultBytes: number;
}

/**
 * The delta that does what `first` and then `second` do. Its bytes are the caller's to close.
 * @throws DeltaFormatError when either is damaged, or `second` copies beyond what `first` makes.
 */
export async function composePair(
  first: Chunks,
  second: Chunks,
  checkpoint: Checkpoint,
): Promise<MadeDelta> {
  const table = new SpilledBytes();
  const literals = new SpilledBytes();
  const host = {
    sources: { [SOURCE.table]: table, [SOURCE.literals]: literals },
    stores: { [SOURCE.table]: table, [SOURCE.literals]: literals },
  };
  try {
    return await withEngine(host, async (engine) => {
      const { exports } = engine;
      exports.tabulateOpen();
      const job = composeJob(exports, () => exports.tabulateStep());
      await feedAll(engine, first, job, checkpoint);
      if (exports.tabulateFinish() === STEP.error) throw formatError(exports);
      exports.mapOpen(0);
      return mapAll(engine, second, checkpoint);
    });
  } finally {
    table.close();
    literals.close();
  }
}

/** The same delta with adjacent commands merged, once it has been read whole without an error. */
export async function composeSingle(delta: Chunks, checkpoint: Checkpoint): Promise<MadeDelta> {
  return withEngine({}, async (engine) => {
    engine.exports.mapOpen(1);
    return mapAll(engine, delta, checkpoint);
  });
}

async function mapAll(engine: Engine, delta: Chunks, checkpoint: Checkpoint): Promise<MadeDelta> {
  const { exports, view } = engine;
  const bytes = new SpilledBytes();
  const flush = (): void => {
    bytes.append(view(exports.writerOutput(), exports.takeWriterOutput()));
  };
  try {
    const job = composeJob(exports, () => exports.mapStep(), flush);
    await feedAll(engine, delta, job, checkpoint);
    if (exports.mapFinish() === STEP.error) throw formatError(exports);
    flush();
    return { bytes, resultBytes: exports.composeMade() };
  } catch (error) {
    bytes.close();
    throw error;
  }
}

function composeJob(
  exports: EngineExports,
  step: () => number,
  flush: () => void = noFlush,
): FedJob {
  return {
    input: () => exports.composeInput(),
    room: () => exports.composeInputCapacity(),
    feed: (length) => exports.composeFeed(length),
    step,
    flush,
  };
}

/** Tabulating puts what it makes into stores by itself. */
function noFlush(): void {}
