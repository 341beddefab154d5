// Random access to a table: finds the entry that holds a position of the result. Near the entry that was
// used last, it goes from entry to entry. Far from it, it searches by halves. Once there have been many
// far positions, it makes an index: the result is divided into equal parts, and the index says which
// entry holds the first byte of each part.
import { take } from "../memory/arena";
import { PAGE, Pages } from "../memory/pages";
import { ENTRY } from "./table-writer";

/** Holds two million entries. Of a longer table, it holds what was used last. */
const PAGES_MOST: u32 = 32 * 1024 * 1024;
const PARTS_MOST: u32 = 2 * 1024 * 1024;
const ENTRIES_A_PAGE: u64 = PAGE / ENTRY;
/** A position within this many entries of the last one is near. */
const NEAR: u32 = 8;
/** The index is made after one far position for each group of this many entries. */
const ENTRIES_PER_FAR: u64 = 32;
const INDEXED_MOST: u64 = u32.MAX_VALUE;

@unmanaged
export class TableIndex {
  pages: Pages;
  count: u64;
  resultSize: u64;
  /** The current entry: its number, its range in the result, and where its first byte comes from. */
  entry: u64;
  begin: u64;
  end: u64;
  source: u64;
  /** One 4-byte entry number for each part, then that of the last entry. 0 if there is no index. */
  parts: usize;
  partLog: u32;
  farCount: u64;
  /** The length of NEAR average entries: a position farther away is far. */
  nearBytes: u64;

  static create(source: i32, tableSize: u64, resultSize: u64): TableIndex {
    const index = changetype<TableIndex>(take(offsetof<TableIndex>()));
    index.pages = Pages.create(source, tableSize, PAGES_MOST);
    index.pages.fill();
    index.count = tableSize / ENTRY;
    index.resultSize = resultSize;
    index.entry = 0;
    index.begin = 0;
    index.end = 0;
    index.parts = 0;
    index.farCount = 0;
    index.nearBytes = (resultSize / max(index.count, 1)) * NEAR;
    if (index.count != 0) index.use(0);
    return index;
  }

  /** Where the byte at `position` comes from, with IS_LITERAL if it is a literal byte. */
  @inline
  sourceOf(position: u64): u64 {
    return this.source + (position - this.begin);
  }

  /** Makes the entry that holds `position` the current one. False if the table has none. */
  @inline
  seek(position: u64): bool {
    return (position >= this.begin && position < this.end) || this.move(position);
  }

  private move(position: u64): bool {
    if (position >= this.end && position - this.end < this.nearBytes) {
      for (let steps = NEAR; steps != 0 && this.entry + 1 < this.count; steps--) {
        this.use(this.entry + 1);
        if (position < this.end) return position >= this.begin;
      }
    } else if (position < this.begin && this.begin - position < this.nearBytes) {
      for (let steps = NEAR; steps != 0 && this.entry != 0; steps--) {
        this.use(this.entry - 1);
        if (position >= this.begin) return position < this.end;
      }
    }
    const entry = this.far(position);
    if (entry == this.count) return false;
    this.use(entry);
    return position >= this.begin && position < this.end;
  }

  /** Searches by halves: between the entries that the index names, or between all of them. */
  private far(position: u64): u64 {
    if (position >= this.resultSize || this.count == 0) return this.count;
    if (this.parts == 0) {
      this.farCount++;
      const isWorthIt = this.farCount * ENTRIES_PER_FAR > this.count && this.count < INDEXED_MOST;
      if (isWorthIt && !this.makeIndex()) return this.count;
    }
    let low: u64 = 0;
    let high = this.count;
    if (this.parts != 0) {
      const part = this.parts + usize(position >> this.partLog) * 4;
      low = load<u32>(part);
      high = u64(load<u32>(part, 4)) + 1;
    }
    // `low` is at or before the entry, and `high` is after it.
    while (high - low > 1) {
      const middle = low + (high - low) / 2;
      if (this.beginOf(middle) <= position) low = middle;
      else high = middle;
    }
    return low;
  }

  @inline
  private use(entry: u64): void {
    const at = this.pages.at(entry * ENTRY);
    this.entry = entry;
    this.begin = load<u64>(at);
    this.source = load<u64>(at, 8);
    const isLastOfPage = (entry + 1) % ENTRIES_A_PAGE == 0;
    this.end = isLastOfPage || entry + 1 == this.count ? this.endOf(entry) : load<u64>(at, ENTRY);
  }

  private makeIndex(): bool {
    const wanted = min(this.count * 2, u64(PARTS_MOST));
    this.partLog = 0;
    while (this.resultSize >> this.partLog > wanted) this.partLog++;
    const partCount = ((this.resultSize - 1) >> this.partLog) + 1;
    const parts = take(usize(partCount + 1) * 4);
    let part: u64 = 0;
    for (let entry: u64 = 0; entry < this.count; entry++) {
      const end = this.endOf(entry);
      for (; part < partCount && part << this.partLog < end; part++) {
        store<u32>(parts + usize(part) * 4, u32(entry));
      }
    }
    if (part != partCount) return false;
    store<u32>(parts + usize(partCount) * 4, u32(this.count - 1));
    this.parts = parts;
    return true;
  }

  @inline
  private beginOf(entry: u64): u64 {
    return load<u64>(this.pages.at(entry * ENTRY));
  }

  @inline
  private endOf(entry: u64): u64 {
    return entry + 1 >= this.count ? this.resultSize : this.beginOf(entry + 1);
  }
}
