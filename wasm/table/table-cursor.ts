// Reads a table from its first entry to its last. Tables lie in temporary files, so they are checked:
// the entries must be in order, and each must lie inside its source.
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
  /** The number of the first entry in the buffer. */
  base: u64;
  held: u32;
  /** The number of the entry that `next` goes to. */
  index: u64;
  /** Where in the result the current entry ends, which is where the next one begins. */
  end: u64;
  /** The place of the current entry and how much of it is left. `skip` advances both. */
  isLiteral: bool;
  from: u64;
  left: u64;

  /** Creates a cursor before the first entry of a table of `tableSize` bytes. */
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

  /** Goes to the next entry, which must exist. False if the table is damaged. */
  next(): bool {
    // The entry after this one must be in the buffer too: it says where this one ends.
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

  /** Takes `count` bytes off the front of the current entry. */
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
