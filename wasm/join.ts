// Composition: of the tables of two deltas, basis to middle and middle to result, one from basis to
// result. The second is read from front to end; its COPYs are cut at the borders of the first's entries
// and mapped through, its literals stay. No byte of any file is touched, nor any literal.
import { resetArena } from "./arena";
import { BAD_TABLE, setError } from "./format-error";
import { SECOND_TABLE, TABLE } from "./host";
import { Pages } from "./pages";
import { STEP_AGAIN, STEP_END, STEP_ERROR } from "./steps";
import { TableCursor } from "./table-cursor";
import { ENTRY, IS_LITERAL, addEntry, flushTable, openTableWriter } from "./table-writer";

/** Holds two million entries of the first table at once; of a longer one, what was used last. */
const PAGES_MOST: u32 = 32 * 1024 * 1024;
/** Entries made in one step: a few milliseconds. */
const STEP_ENTRIES: u32 = 64 * 1024;
const ANY_SIZE: u64 = (1 << 53) - 1;

let first: Pages = changetype<Pages>(0);
let firstCount: u64 = 0;
let middleSize: u64 = 0;
let second: TableCursor = changetype<TableCursor>(0);
/** The entry of the first table that was used last. */
let index: u64 = 0;

/** Starts a job: sizes of both tables, of the middle and of the result, all in bytes. */
export function joinOpen(firstSize: f64, middle: f64, secondSize: f64, result: f64): void {
  resetArena();
  first = Pages.create(TABLE, u64(firstSize), PAGES_MOST);
  firstCount = u64(firstSize) / ENTRY;
  middleSize = u64(middle);
  second = TableCursor.create(SECOND_TABLE, u64(secondSize), u64(result), middleSize, ANY_SIZE);
  index = 0;
  openTableWriter();
}

export function joinStep(): i32 {
  for (let made: u32 = 0; made < STEP_ENTRIES; made++) {
    if (second.left == 0) {
      if (second.isAtEnd) {
        flushTable();
        return STEP_END;
      }
      if (!second.next()) return STEP_ERROR;
      if (second.isLiteral) {
        addEntry(IS_LITERAL | second.from, second.left);
        second.skip(second.left);
        continue;
      }
      if (firstCount == 0) return failTable();
      seek(second.from);
    }
    const begin = beginOf(index);
    const end = endOf(index);
    if (second.from < begin || second.from >= end) return failTable();
    const source = load<u64>(first.at(index * ENTRY), 8) + (second.from - begin);
    const count = min(second.left, end - second.from);
    addEntry(source, count);
    second.skip(count);
    if (second.left != 0) index++;
  }
  return STEP_AGAIN;
}

function failTable(): i32 {
  setError(BAD_TABLE, 0, index * ENTRY);
  return STEP_ERROR;
}

// @ts-ignore: decorator
@inline
function beginOf(entry: u64): u64 {
  return load<u64>(first.at(entry * ENTRY));
}

// @ts-ignore: decorator
@inline
function endOf(entry: u64): u64 {
  return entry + 1 >= firstCount ? middleSize : beginOf(entry + 1);
}

/** Sets the index to the entry that holds `position` of the middle: galloping, as most are near. */
function seek(position: u64): void {
  let low = index;
  let high = index;
  let leap: u64 = 1;
  if (beginOf(index) <= position) {
    high = min(index + leap, firstCount);
    while (high < firstCount && beginOf(high) <= position) {
      low = high;
      leap *= 2;
      high = min(high + leap, firstCount);
    }
  } else {
    low = index - min(index, leap);
    while (low != 0 && beginOf(low) > position) {
      high = low;
      leap *= 2;
      low -= min(low, leap);
    }
  }
  // The entry is at `low` or after it, and before `high`.
  while (high - low > 1) {
    const middle = low + (high - low) / 2;
    if (beginOf(middle) <= position) low = middle;
    else high = middle;
  }
  index = low;
}
