// Composes a run of deltas into one table. Neighbours are joined in pairs, the smaller ones first. So each
// entry goes through about log2(count) joins, and there are about as many tables at a time. Joining the
// deltas one after another would take time that grows with the square of their number. A large delta, such
// as one that puts everything into another order, takes part in few joins.
import type { ByteReader } from '../system/files/byte-reader.js';
import type { Checkpoint } from '../system/time/checkpoint.js';
import { type DeltaTable, type TabulateOptions, joinTables, tabulate } from './delta-table.js';
import { SpilledBytes } from './engine/spilled-bytes.js';

/** One delta of a run. */
export interface RunDelta {
  /** Opens the delta at its first byte. It is opened once and read to its end. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** A delta whose result is longer than this is corrupt. */
  readonly maxResultBytes?: number;
}

/** A run of deltas composed. Apply or encode it as often as you like, then close it. */
export interface ComposedRun<Literals extends ByteReader = ByteReader> {
  readonly table: DeltaTable;
  readonly literals: Literals;
  /** Frees its temporary files. */
  close(): void;
}

/**
 * Composes deltas of which the first applies to the basis, the next to the result of the first, and so on.
 * @param basisBytes length of the basis; without it, the COPYs of the first delta are only checked when
 *   the run is applied
 * @param literalsAt the number of the first literal byte in the tables: not 0 if these literals will
 *   follow others
 * @throws DeltaFormatError when a delta is damaged, or copies bytes that the one before does not make;
 *   the byte is counted in that delta
 */
export async function composeTables(
  deltas: readonly RunDelta[],
  basisBytes: number | undefined,
  checkpoint: Checkpoint,
  literalsAt = 0,
): Promise<ComposedRun<SpilledBytes>> {
  const literals = new SpilledBytes();
  try {
    const table = await composeInto(literals, deltas, { basisBytes, literalsAt }, checkpoint);
    return { table, literals, close: () => closeAll([table], literals) };
  } catch (error) {
    literals.close();
    throw error;
  }
}

/** As composeTables. The literal bytes are added to `literals`, of which the first byte has the number `literalsAt`. */
export async function composeInto(
  literals: SpilledBytes,
  deltas: readonly RunDelta[],
  { basisBytes, literalsAt }: Pick<TabulateOptions, 'basisBytes' | 'literalsAt'>,
  checkpoint: Checkpoint,
): Promise<DeltaTable> {
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
    return table;
  } catch (error) {
    for (const { entries } of tables) entries.close();
    throw error;
  }
}

/** A table that is more than this many times as long as the next one waits until that one has grown. */
const MUCH_LONGER = 1.5;

/**
 * Decides which table to join with the one after it. Only the last table is new. Returns null if each
 * table is much longer than the one after it: then there are few tables. If a long table follows shorter
 * ones, those are joined with each other first.
 */
export function indexToJoin(sizes: readonly number[]): number | null {
  const [beforeLast = Infinity, last = 0] = sizes.slice(-2);
  if (sizes.length < 2 || beforeLast > MUCH_LONGER * last) return null;
  return (sizes.at(-3) ?? Infinity) < last ? sizes.length - 3 : sizes.length - 2;
}

/** Joins a table with the one after it, and puts the result in their place. */
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
