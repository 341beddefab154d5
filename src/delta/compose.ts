// One delta of a run of deltas, without touching file data: a restore applies it once, whatever the
// depth of the chain, and retention drops a snapshot by composing its neighbours. The run is composed
// pairwise in a tree, so that every byte goes through about log2(count) compositions, and at most
// that many deltas made on the way are kept at a time.
import { type Checkpoint, uninterrupted } from '../system/checkpoint.js';
import { type MadeDelta, composePair, composeSingle } from './compose-pair.js';

/** Opens a delta from its first byte. Each is opened once and read to its end. */
export type DeltaSource = () => AsyncIterable<Uint8Array>;

export interface ComposeOptions {
  readonly checkpoint?: Checkpoint;
}

/** A librsync delta, to be iterated as often as wanted until it is closed. */
export interface ComposedDelta extends AsyncIterable<Uint8Array> {
  readonly deltaBytes: number;
  /** Length of what the delta makes. */
  readonly resultBytes: number;
  /** Frees its temporary file. */
  close(): void;
}

interface Node {
  /** How many of the run's deltas are in it, a power of two while the tree is built. */
  readonly count: number;
  readonly open: DeltaSource;
  /** What was made here and must be closed; null for a delta of the run itself. */
  readonly made: MadeDelta | null;
}

/**
 * One delta that does what `deltas` do in turn: the first applies to the basis, the next to what that
 * makes, and so on. What is large on the way lies in temporary files without a name.
 * @throws DeltaFormatError when one is damaged, or copies beyond what the one before it makes; the
 *   byte is counted in that delta, or in a composition that it is part of.
 */
export async function compose(
  deltas: readonly DeltaSource[],
  options: ComposeOptions = {},
): Promise<ComposedDelta> {
  const checkpoint = options.checkpoint ?? uninterrupted;
  const [only] = deltas;
  if (only === undefined) throw new Error('compose needs at least one delta');
  if (deltas.length === 1) return toComposedDelta(await composeSingle(only(), checkpoint));

  const nodes: Node[] = [];
  try {
    for (const open of deltas) {
      nodes.push({ count: 1, open, made: null });
      while (nodes.length > 1 && nodes.at(-1)?.count === nodes.at(-2)?.count) {
        await joinLastTwo(nodes, checkpoint);
      }
    }
    while (nodes.length > 1) await joinLastTwo(nodes, checkpoint);
    const made = nodes.pop()?.made;
    if (!made) throw new Error('the run of deltas did not become one');
    return toComposedDelta(made);
  } finally {
    for (const node of nodes) node.made?.bytes.close();
  }
}

async function joinLastTwo(nodes: Node[], checkpoint: Checkpoint): Promise<void> {
  const [first, second] = nodes.slice(-2) as [Node, Node];
  const made = await composePair(first.open(), second.open(), checkpoint);
  first.made?.bytes.close();
  second.made?.bytes.close();
  const count = first.count + second.count;
  nodes.splice(-2, 2, { count, open: () => made.bytes.chunks(), made });
}

function toComposedDelta(made: MadeDelta): ComposedDelta {
  return {
    deltaBytes: made.bytes.sizeBytes,
    resultBytes: made.resultBytes,
    [Symbol.asyncIterator]: () => made.bytes.chunks(),
    close: () => {
      made.bytes.close();
    },
  };
}
