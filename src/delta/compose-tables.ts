// A run of deltas as one table. The run is composed pairwise in a tree, so that every entry goes
// through about log2(count) compositions and at most that many tables are there at a time; folding the
// deltas one by one would grow with the square of their number.
import type { Checkpoint } from '../system/checkpoint.js';
import { type DeltaTable, joinTables, tabulate } from './delta-table.js';
import { SpilledBytes } from './spilled-bytes.js';

/** A delta of a run. */
export interface RunDelta {
  /** Opens it from its first byte. It is opened once and read to its end. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** A delta whose result is longer than this is corrupt. */
  readonly maxResultBytes?: number;
}

/** A run of deltas composed, to be applied or encoded as often as wanted until it is closed. */
export interface ComposedRun {
  readonly table: DeltaTable;
  readonly literals: SpilledBytes;
  /** Frees its temporary files. */
  close(): void;
}

interface Node {
  /** How many of the run's deltas are in it, a power of two while the tree is built. */
  readonly count: number;
  readonly table: DeltaTable;
}

/**
 * Composes deltas of which the first applies to the basis, the next to what that makes, and so on.
 * @param basisBytes length of the basis; without it the first delta's copies are checked when the
 *   run is applied
 * @throws DeltaFormatError when one is damaged, or copies beyond what the one before it makes; the
 *   byte is counted in that delta
 */
export async function composeTables(
  deltas: readonly RunDelta[],
  basisBytes: number | undefined,
  checkpoint: Checkpoint,
): Promise<ComposedRun> {
  const literals = new SpilledBytes();
  const nodes: Node[] = [];
  try {
    let middleBytes = basisBytes;
    for (const { open, maxResultBytes } of deltas) {
      const limits = { basisBytes: middleBytes, maxResultBytes };
      const table = await tabulate(open(), literals, limits, checkpoint);
      nodes.push({ count: 1, table });
      middleBytes = table.resultBytes;
      while (nodes.length > 1 && nodes.at(-1)?.count === nodes.at(-2)?.count) {
        await joinLastTwo(nodes, checkpoint);
      }
    }
    while (nodes.length > 1) await joinLastTwo(nodes, checkpoint);
    const [whole] = nodes;
    if (whole === undefined) throw new Error('a run needs at least one delta');
    const { table } = whole;
    return { table, literals, close: () => closeAll([table], literals) };
  } catch (error) {
    closeAll(
      nodes.map(({ table }) => table),
      literals,
    );
    throw error;
  }
}

async function joinLastTwo(nodes: Node[], checkpoint: Checkpoint): Promise<void> {
  const [first, second] = nodes.slice(-2) as [Node, Node];
  const table = await joinTables(first.table, second.table, checkpoint);
  first.table.entries.close();
  second.table.entries.close();
  nodes.splice(-2, 2, { count: first.count + second.count, table });
}

function closeAll(tables: readonly DeltaTable[], literals: SpilledBytes): void {
  for (const { entries } of tables) entries.close();
  literals.close();
}
