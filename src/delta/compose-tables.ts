// A run of deltas as one table. Neighbours are composed pairwise, the smaller ones first, so that an
// entry goes through about log2(count) compositions and about as many tables are there at a time;
// folding the deltas one by one would grow with the square of their number. A large delta, such as one
// that brings everything into another order, takes part in few compositions.
import type { ByteReader } from '../system/files/byte-reader.js';
import type { Checkpoint } from '../system/time/checkpoint.js';
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
export interface ComposedRun<Literals extends ByteReader = ByteReader> {
  readonly table: DeltaTable;
  readonly literals: Literals;
  /** Frees its temporary files. */
  close(): void;
}

/**
 * Composes deltas of which the first applies to the basis, the next to what that makes, and so on.
 * @param basisBytes length of the basis; without it the first delta's copies are checked when the
 *   run is applied
 * @param literalsAt where the tables place the first literal byte: elsewhere than at 0 where the
 *   literals are going to follow others
 * @throws DeltaFormatError when one is damaged, or copies beyond what the one before it makes; the
 *   byte is counted in that delta
 */
export async function composeTables(
  deltas: readonly RunDelta[],
  basisBytes: number | undefined,
  checkpoint: Checkpoint,
  literalsAt = 0,
): Promise<ComposedRun<SpilledBytes>> {
  const literals = new SpilledBytes();
  const tables: DeltaTable[] = [];
  try {
    let middleBytes = basisBytes;
    for (const { open, maxResultBytes } of deltas) {
      const limits = { basisBytes: middleBytes, maxResultBytes, literalsAt };
      const table = await tabulate(open(), literals, limits, checkpoint);
      tables.push(table);
      middleBytes = table.resultBytes;
      for (;;) {
        const index = indexToJoin(tables.map(({ entries }) => entries.sizeBytes));
        if (index === null) break;
        await joinAt(tables, index, checkpoint);
      }
    }
    while (tables.length > 1) await joinAt(tables, tables.length - 2, checkpoint);
    const [table] = tables;
    if (table === undefined) throw new Error('a run needs at least one delta');
    return { table, literals, close: () => closeAll([table], literals) };
  } catch (error) {
    closeAll(tables, literals);
    throw error;
  }
}

/** A table that is longer than this many times the one after it waits for that one to grow. */
const MUCH_LONGER = 1.5;

/**
 * Which table is to be joined with the one after it, of tables of which only the last is new; null
 * where each is much longer than the one after it, so that there are few. Tables that a long one has
 * come after are joined with one another first.
 */
export function indexToJoin(sizes: readonly number[]): number | null {
  const [beforeLast = Infinity, last = 0] = sizes.slice(-2);
  if (sizes.length < 2 || beforeLast > MUCH_LONGER * last) return null;
  return (sizes.at(-3) ?? Infinity) < last ? sizes.length - 3 : sizes.length - 2;
}

/** Puts what a table and the one after it do in their place. */
async function joinAt(tables: DeltaTable[], index: number, checkpoint: Checkpoint): Promise<void> {
  const [first, second] = tables.slice(index) as [DeltaTable, DeltaTable];
  const joined = await joinTables(first, second, checkpoint);
  tables.splice(index, 2, joined);
  first.entries.close();
  second.entries.close();
}

function closeAll(tables: readonly DeltaTable[], literals: SpilledBytes): void {
  for (const { entries } of tables) entries.close();
  literals.close();
}
