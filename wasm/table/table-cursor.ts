// Reads the table of a delta from its first entry to its last. Tables lie in temporary files, so what
// is read is checked: entries in order, each inside of its source.
import { take } from "../memory/arena";
import { BAD_TABLE, setError } from "../delta/format-error";
import { readSource } from "../memory/host";
import { ENTRY, IS_LITERAL } from "./table-writer";

const BUFFER: u32 = 64 * 1024;
const ENTRIES_IN_BUFFER: u32 = BUFFER / ENTRY;

@unmanaged
export class TableCursor {
  source: i32;
  count: u64;
  resultSize: u64;
  basisSize: u64;
  literalsSize: u64;
  buffer: usize;
  /** The entries in the buffer. */
  base: u64;
  held: u32;
  /** The entry that `next` has next. */
  index: u64;
  /** Where in the result the current entry ends: where the next begins. */
  end: u64;
  /** The current entry, and how much of it is left: whoever uses it counts both on. */
  isLiteral: bool;
  from: u64;
  left: u64;

  /** A cursor before the first entry of a table of `tableSize` bytes. */
  static create(
    source: i32,
    tableSize: u64,
    resultSize: u64,
    basisSize: u64,
    literalsSize: u64,
  ): TableCursor {
    const cursor = changetype<TableCursor>(take(offsetof<TableCursor>()));
    cursor.source = source;
    cursor.count = tableSize / ENTRY;
    cursor.resultSize = resultSize;
    cursor.basisSize = basisSize;
    cursor.literalsSize = literalsSize;
    cursor.buffer = take(BUFFER);
    cursor.base = 0;
    cursor.held = 0;
    cursor.index = 0;
    cursor.end = 0;
    cursor.left = 0;
    return cursor;
  }

  /** How far in the result the cursor is. */
  @inline
  get position(): u64 {
    return this.end - this.left;
  }

  @inline
  get isAtEnd(): bool {
    return this.index == this.count;
  }

  /** Goes on to the next entry, of which there must be one; false where the table is damaged. */
  next(): bool {
    // The entry after it is needed too: it begins where this one ends.
    const heldTo = this.base + this.held;
    if (this.index + 1 >= heldTo && heldTo != this.count) this.read();
    const at = this.buffer + u32(this.index - this.base) * ENTRY;
    const begin = load<u64>(at);
    const source = load<u64>(at, 8);
    this.index++;
    const end = this.index == this.count ? this.resultSize : load<u64>(at, ENTRY);
    const from = source & ~IS_LITERAL;
    const isLiteral = source != from;
    const size = isLiteral ? this.literalsSize : this.basisSize;
    if (begin != this.end || end <= begin || from > size || end - begin > size - from) {
      setError(BAD_TABLE, 0, (this.index - 1) * ENTRY);
      return false;
    }
    this.end = end;
    this.left = end - begin;
    this.isLiteral = isLiteral;
    this.from = from;
    return true;
  }

  /** Takes `count` bytes off the current entry. */
  @inline
  skip(count: u64): void {
    this.from += count;
    this.left -= count;
  }

  private read(): void {
    this.base = this.index;
    this.held = u32(min(this.count - this.index, u64(ENTRIES_IN_BUFFER)));
    readSource(this.source, this.buffer, this.held * ENTRY, this.index * ENTRY);
  }
}
