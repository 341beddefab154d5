// What a walk counts: the keys and bytes of each type and of each database. The number of databases is
// bounded, since a hostile dump may name a new one every two bytes. Those beyond are counted together.
import { take } from "../memory/arena";
import { EARLY_FUNCTIONS } from "./rdb-grammar";

export const TYPES: u32 = 40;
/** A row of types: keys, bytes. A row of databases: number, keys, keys that expire, bytes. All u64. */
export const TYPE_ROW: u32 = 16;
export const DATABASE_ROW: u32 = 32;
const DATABASES_MOST: u32 = 12288;
const SLOTS: u32 = 16384;
const FUNCTION: u32 = 245;
const MODULE_AUX: u32 = 247;

@unmanaged
export class Totals {
  types: usize;
  functions: u64;
  moduleAux: u64;
  databases: usize;
  databaseCount: u32;
  /** The row of all databases that have none of their own. */
  others: usize;
  /** A hash table by number of database: its row + 1, or 0 if the slot is empty. */
  slots: usize;

  static create(): Totals {
    const totals = changetype<Totals>(take(offsetof<Totals>()));
    totals.types = take(TYPES * TYPE_ROW);
    totals.databases = take(DATABASES_MOST * DATABASE_ROW);
    totals.others = take(DATABASE_ROW);
    totals.slots = take(SLOTS * 2);
    totals.clear();
    return totals;
  }

  clear(): void {
    this.functions = 0;
    this.moduleAux = 0;
    this.databaseCount = 0;
    memory.fill(this.types, 0, TYPES * TYPE_ROW);
    memory.fill(this.others, 0, DATABASE_ROW);
    memory.fill(this.slots, 0, SLOTS * 2);
  }

  /** The row of a database, which is added if it is new. */
  database(number: u32): usize {
    let slot = (number * 0x9e3779b1) >> 18;
    while (true) {
      const entry = u32(load<u16>(this.slots + slot * 2));
      if (entry == 0) break;
      const row = this.databases + (entry - 1) * DATABASE_ROW;
      if (load<u64>(row) == u64(number)) return row;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.databaseCount == DATABASES_MOST) return this.others;
    const row = this.databases + this.databaseCount * DATABASE_ROW;
    this.databaseCount++;
    store<u16>(this.slots + slot * 2, u16(this.databaseCount));
    store<u64>(row, u64(number));
    store<u64>(row, 0, 8);
    store<u64>(row, 0, 16);
    store<u64>(row, 0, 24);
    return row;
  }

  /** Counts what stands between the keys. */
  countOpcode(type: u32): void {
    this.functions += u64(type == FUNCTION || type == EARLY_FUNCTIONS);
    this.moduleAux += u64(type == MODULE_AUX);
  }

  @inline
  countType(type: u32, bytes: u64): void {
    const row = this.types + type * TYPE_ROW;
    store<u64>(row, load<u64>(row) + 1);
    store<u64>(row, load<u64>(row, 8) + bytes, 8);
  }
}

// @ts-ignore: decorator
@inline
export function countKey(row: usize, expires: bool, bytes: u64): void {
  store<u64>(row, load<u64>(row, 8) + 1, 8);
  store<u64>(row, load<u64>(row, 16) + u64(expires), 16);
  store<u64>(row, load<u64>(row, 24) + bytes, 24);
}
