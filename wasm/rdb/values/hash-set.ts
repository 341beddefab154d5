// A set of hashes that tells whether one of them comes twice. It grows by doubling, up to a bound on its
// memory. When it is full, it keeps what it has and takes no more.
import { take } from "../../memory/arena";

const SLOTS_LEAST: u32 = 16;

@unmanaged
export class HashSet {
  /** Whether a hash was left out for lack of room since `begin`. */
  isFull: bool;
  /** A table whose size is the most divided by 4, 16 … is in `even`, any other is in `odd`. */
  private even: usize;
  private odd: usize;
  private slotsMost: u32;
  private table: usize;
  private slots: u32;
  private count: u32;
  private countMost: u32;

  /** @param slotsMost a power of two. The set takes 12 bytes for each, and holds 7/8 of their number. */
  static create(slotsMost: u32): HashSet {
    const set = changetype<HashSet>(take(offsetof<HashSet>()));
    set.slotsMost = slotsMost;
    set.even = take(usize(slotsMost) * 8);
    set.odd = take(usize(slotsMost) * 4);
    set.begin(0);
    return set;
  }

  /** Empties the set, and makes it ready for as many hashes as are expected: that takes time for each. */
  begin(expected: u64): void {
    let slots = SLOTS_LEAST;
    while (u64(slots) * 3 < expected * 4 && slots < this.slotsMost) slots *= 2;
    this.isFull = false;
    this.count = 0;
    this.use(slots);
  }

  /** Adds a hash, which is not 0, if there is room. Whether it is in the set already. */
  @inline
  add(hash: u64): bool {
    const slot = this.slotOf(hash);
    if (load<u64>(slot) != 0) return true;
    if (this.count == this.countMost) return this.addAfterGrowing(hash);
    store<u64>(slot, hash);
    this.count++;
    return false;
  }

  has(hash: u64): bool {
    return load<u64>(this.slotOf(hash)) != 0;
  }

  private addAfterGrowing(hash: u64): bool {
    if (this.slots == this.slotsMost) {
      this.isFull = true;
      return false;
    }
    const old = this.table;
    const end = old + usize(this.slots) * 8;
    this.use(this.slots * 2);
    for (let at = old; at < end; at += 8) {
      const entry = load<u64>(at);
      if (entry != 0) store<u64>(this.slotOf(entry), entry);
    }
    store<u64>(this.slotOf(hash), hash);
    this.count++;
    return false;
  }

  /** The address of the slot that has the hash, or of the empty one where it belongs. */
  @inline
  private slotOf(hash: u64): usize {
    const last = this.slots - 1;
    let index = u32(hash >> 32) & last;
    while (true) {
      const slot = this.table + usize(index) * 8;
      const entry = load<u64>(slot);
      if (entry == hash || entry == 0) return slot;
      index = (index + 1) & last;
    }
  }

  private use(slots: u32): void {
    this.slots = slots;
    this.countMost = slots == this.slotsMost ? slots - slots / 8 : slots - slots / 4;
    this.table = (ctz(this.slotsMost) - ctz(slots)) % 2 == 0 ? this.even : this.odd;
    memory.fill(this.table, 0, usize(slots) * 8);
  }
}
