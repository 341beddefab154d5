// Two deltas in a row made into one, by the engine (wasm/compose.ts); and one delta written anew.
import type { Checkpoint } from '../system/checkpoint.js';
import { deltaFormatError } from './delta-errors.js';
import { type Engine, SOURCE, withEngine } from './engine.js';
import { STEP } from './engine-exports.js';
import { SpilledBytes } from './spilled-bytes.js';

type Chunks = AsyncIterable<Uint8Array>;

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
      engine.exports.tabulateOpen();
      await feedAll(engine, first, () => engine.exports.tabulateStep(), checkpoint);
      if (engine.exports.tabulateFinish() === STEP.error) throw deltaFormatError(engine.exports);
      engine.exports.mapOpen(0);
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
  const keepOutput = (): void => {
    bytes.append(view(exports.writerOutput(), exports.takeWriterOutput()));
  };
  try {
    const step = (): number => {
      const outcome = exports.mapStep();
      keepOutput();
      return outcome;
    };
    await feedAll(engine, delta, step, checkpoint);
    if (exports.mapFinish() === STEP.error) throw deltaFormatError(exports);
    keepOutput();
    return { bytes, resultBytes: exports.composeMade() };
  } catch (error) {
    bytes.close();
    throw error;
  }
}

async function feedAll(
  engine: Engine,
  delta: Chunks,
  step: () => number,
  checkpoint: Checkpoint,
): Promise<void> {
  const { exports, view } = engine;
  const capacity = exports.composeInputCapacity();
  for await (const chunk of delta) {
    for (let done = 0; done < chunk.length; done += capacity) {
      const piece = chunk.subarray(done, done + capacity);
      view(exports.composeInput(), piece.length).set(piece);
      exports.composeFeed(piece.length);
      let outcome = step();
      while (outcome === STEP.outputFull) {
        await checkpoint();
        outcome = step();
      }
      if (outcome === STEP.error) throw deltaFormatError(exports);
    }
    await checkpoint();
  }
}
