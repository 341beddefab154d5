// A composed run that deltas are added to at its end. What was composed before is not composed again.
import type { ByteReader } from '../system/files/byte-reader.js';
import { JoinedReader } from '../system/files/joined-reader.js';
import type { Checkpoint } from '../system/time/checkpoint.js';
import type { TableToApply } from './apply-table.js';
import { type ComposedRun, type RunDelta, composeInto } from './compose-tables.js';
import { type DeltaTable, joinTables } from './delta-table.js';
import { SpilledBytes } from './engine/spilled-bytes.js';

export class GrowingRun {
  readonly #first: ComposedRun;
  /** The number of the first literal byte of the added deltas. */
  readonly #addedAt: number;
  readonly #added = new SpilledBytes();
  #table: DeltaTable;

  /**
   * @param first is closed together with this run
   * @param literalsMost at least as many as the literal bytes of `first`
   */
  constructor(first: ComposedRun, literalsMost: number) {
    this.#first = first;
    this.#addedAt = literalsMost;
    this.#table = first.table;
  }

  /** What to apply to the basis. It holds until the next delta is added. */
  get composed(): TableToApply {
    const { literals } = this.#first;
    return { table: this.#table, literals: this.#literalsAfter(literals) };
  }

  /**
   * @param deltas the first applies to the result of the run
   * @throws as composeTables; then the run must not be used any more
   */
  async add(deltas: readonly RunDelta[], checkpoint: Checkpoint): Promise<void> {
    if (deltas.length === 0) return;
    const before = this.#table;
    const limits = { basisBytes: before.resultBytes, literalsAt: this.#addedAt };
    const table = await composeInto(this.#added, deltas, limits, checkpoint);
    try {
      this.#table = await joinTables(before, table, checkpoint);
    } finally {
      table.entries.close();
    }
    before.entries.close();
  }

  close(): void {
    this.#table.entries.close();
    this.#added.close();
    this.#first.close();
  }

  #literalsAfter(first: ByteReader): ByteReader {
    return this.#added.sizeBytes === 0
      ? first
      : new JoinedReader(first, this.#addedAt, this.#added);
  }
}
