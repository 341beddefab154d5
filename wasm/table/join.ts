// Composes two deltas by their tables: one from basis to middle, one from middle to result. The new table
// goes from basis to result. The second table is read from front to end. Its literals stay. Each of its
// COPYs is cut where entries of the first table end, and each part is looked up in the first table. No
// byte of a file is read, and no literal byte.
import { resetArena } from "../memory/arena";
import { BAD_TABLE, setError } from "../delta/format-error";
import { SECOND_TABLE, TABLE } from "../memory/host";
import { STEP_AGAIN, STEP_END, STEP_ERROR } from "../memory/steps";
import { TableCursor } from "./table-cursor";
import { TableIndex } from "./table-index";
import { ENTRY, IS_LITERAL, addEntry, flushTable, openTableWriter } from "./table-writer";

/** Entries made in one step: a few milliseconds. */
const STEP_ENTRIES: u32 = 64 * 1024;
const ANY_SIZE: u64 = (1 << 53) - 1;

let first: TableIndex = changetype<TableIndex>(0);
let second: TableCursor = changetype<TableCursor>(0);

/** Starts a job. The sizes of both tables, the middle and the result are in bytes. */
export function joinOpen(firstSize: f64, middleSize: f64, secondSize: f64, resultSize: f64): void {
  resetArena();
  const middle = u64(middleSize);
  openTableWriter();
  second = TableCursor.create(SECOND_TABLE, u64(secondSize), u64(resultSize), middle, ANY_SIZE);
  first = TableIndex.create(TABLE, u64(firstSize), middle);
}

export function joinStep(): i32 {
  for (let made: u32 = 0; made < STEP_ENTRIES; made++) {
    if (second.left == 0) {
      if (second.isAtEnd) {
        flushTable();
        return STEP_END;
      }
      if (!second.next()) return STEP_ERROR;
    }
    let count = second.left;
    if (second.isLiteral) {
      addEntry(IS_LITERAL | second.from, count);
    } else {
      if (!first.seek(second.from)) {
        setError(BAD_TABLE, 0, first.entry * ENTRY);
        return STEP_ERROR;
      }
      count = min(count, first.end - second.from);
      addEntry(first.sourceOf(second.from), count);
    }
    second.skip(count);
  }
  return STEP_AGAIN;
}
