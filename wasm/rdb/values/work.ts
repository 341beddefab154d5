// How deep values are looked into, and how much that may cost. Of every night, so much is looked into that a GB
// costs a known time at most, spread over the whole file. A deep walk looks into everything that fits in its
// memory. Costs are counted in units of about a nanosecond, as measured on one machine.
import { take } from "../../memory/arena";

/** Work that any file may cost, however small. */
const NIGHTLY_LEAST: u64 = 4_000_000;
/** The bytes of a file for each unit of work. */
const NIGHTLY_SHARE: u64 = 5;

@unmanaged
export class Work {
  /** Longest string, with its length, that must be in memory as a whole. */
  stringMost: u32;
  /** Longest string that a compressed one is expanded to. */
  expandedMost: u32;
  /** Slots for the keys of the file, and for the names in one value. */
  keySlots: u32;
  nameSlots: u32;
  private isDeep: bool;
  private spent: u64;

  static create(isDeep: bool): Work {
    const work = changetype<Work>(take(offsetof<Work>()));
    work.isDeep = isDeep;
    work.spent = 0;
    work.stringMost = isDeep ? 16 * 1024 * 1024 : 1024 * 1024;
    work.expandedMost = isDeep ? 16 * 1024 * 1024 : 1024 * 1024;
    work.keySlots = isDeep ? 1 << 23 : 1 << 17;
    work.nameSlots = isDeep ? 1 << 23 : 1 << 16;
    return work;
  }

  /** Whether there is work left at `position` of the file. */
  @inline
  isLeft(position: u64): bool {
    return this.isDeep || this.spent <= NIGHTLY_LEAST + position / NIGHTLY_SHARE;
  }

  @inline
  spend(units: u64): void {
    this.spent += units;
  }
}

// Costs, measured while other programs kept the caches busy.

/** Of a record that is looked into. */
export const RECORD_UNITS: u64 = 30;
/** Of a name of a value that is compared with the others, and of a key. */
export const NAME_UNITS: u64 = 40;
export const KEY_UNITS: u64 = 70;

/** Of a packed value. */
// @ts-ignore: decorator
@inline
export function packedUnits(bytes: u64): u64 {
  return (bytes * 3) / 2 + 60;
}

/** Of a compressed string that is not expanded, by its length in the file. */
// @ts-ignore: decorator
@inline
export function compressedUnits(bytes: u64): u64 {
  return bytes * 2 + 20;
}

/** Of one that is expanded, by the length of its text. */
// @ts-ignore: decorator
@inline
export function expandedUnits(bytes: u64): u64 {
  return bytes * 3 + 20;
}
