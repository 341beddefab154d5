// Composition: of two deltas, basis to middle and middle to result, one from basis to result, without
// the files. The first delta becomes a table, one entry of 16 bytes a command: where its bytes begin in
// the middle, and where they come from. The second is read against it: its COPYs are cut at the
// entries' borders and mapped through, its literals stay. Table and literal bytes lie in stores outside
// of this memory, so that deltas of any size compose in the same few megabytes.
import { resetArena, take } from "./arena";
import {
  COPY,
  END,
  LITERAL_PIECE,
  NEED_INPUT,
  commandLength,
  commandStart,
  failReader,
  feedReader,
  finishReader,
  ERROR,
  isFirstPiece,
  nextCommand,
  openReader,
  piece,
  pieceLength,
} from "./delta-reader";
import {
  LITERAL_MOST,
  openWriter,
  outputIsFull,
  writeCopy,
  writeEnd,
  writeLiteral,
} from "./delta-writer";
import { LITERALS, TABLE, appendTo } from "./host";
import { BEYOND_BASIS, TOO_LONG } from "./format-error";
import { STEP_AGAIN, STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "./steps";
import { Pages } from "./pages";

const INPUT_CAPACITY: u32 = 128 * 1024;
const BUFFER: u32 = 64 * 1024;
const ENTRY: u32 = 16;
const PAGES_MOST: u32 = 4 * 1024 * 1024;
/** Set in an entry's source where the bytes are literal; the rest is their place in LITERALS. */
const IS_LITERAL: u64 = 1 << 63;
const LONGEST: u64 = (1 << 53) - 1;

let input: usize = 0;
let tableBuffer: usize = 0;
let tableUsed: u32 = 0;
let literalBuffer: usize = 0;
let literalUsed: u32 = 0;

/** Length of what the delta makes, so far. */
let made: u64 = 0;
let literalSize: u64 = 0;
let entryCount: u64 = 0;
/** Where the last entry's bytes would go on; an entry that does is merged into it. */
let goesOnAt: u64 = 0;

let table: Pages = changetype<Pages>(0);
let literals: Pages = changetype<Pages>(0);
let hasTable: bool = false;
let middleSize: u64 = 0;
let cursor: u64 = 0;
let copyFrom: u64 = 0;
let copyLeft: u64 = 0;

/** Starts reading the first delta into the stores. */
export function tabulateOpen(): void {
  resetArena();
  input = take(INPUT_CAPACITY);
  tableBuffer = take(BUFFER);
  literalBuffer = take(BUFFER);
  tableUsed = 0;
  literalUsed = 0;
  made = 0;
  literalSize = 0;
  entryCount = 0;
  goesOnAt = u64.MAX_VALUE;
  openReader();
}

export function tabulateStep(): i32 {
  while (true) {
    const kind = nextCommand(BUFFER);
    if (kind == COPY) {
      if (!make(commandLength)) return STEP_ERROR;
      addEntry(commandStart, commandLength);
    } else if (kind == LITERAL_PIECE) {
      if (isFirstPiece) {
        if (!make(commandLength)) return STEP_ERROR;
        addEntry(IS_LITERAL | literalSize, commandLength);
        literalSize += commandLength;
      }
      keepLiteral(piece, pieceLength);
    } else if (kind == NEED_INPUT) {
      return STEP_NEED_INPUT;
    } else {
      return kind == END ? STEP_END : STEP_ERROR;
    }
  }
}

/** To be called at the first delta's end: STEP_END where it was whole, and all of it is in the stores. */
export function tabulateFinish(): i32 {
  if (finishReader() == ERROR) return STEP_ERROR;
  appendTo(TABLE, tableBuffer, tableUsed);
  appendTo(LITERALS, literalBuffer, literalUsed);
  return STEP_END;
}

/** Starts mapping the second delta through what tabulate left; without a table COPYs stay as they are. */
export function mapOpen(isFirst: bool): void {
  resetArena();
  input = take(INPUT_CAPACITY);
  hasTable = !isFirst;
  if (hasTable) {
    middleSize = made;
    table = Pages.create(TABLE, entryCount * ENTRY, PAGES_MOST);
    literals = Pages.create(LITERALS, literalSize, PAGES_MOST);
  }
  cursor = 0;
  copyLeft = 0;
  made = 0;
  openReader();
  openWriter();
}

export function mapStep(): i32 {
  while (true) {
    while (copyLeft != 0 && !outputIsFull()) mapSome();
    if (outputIsFull()) return STEP_AGAIN;
    const kind = nextCommand(LITERAL_MOST);
    if (kind == COPY) {
      if (!make(commandLength)) return STEP_ERROR;
      if (!hasTable) {
        writeCopy(commandStart, commandLength);
        continue;
      }
      if (commandStart > middleSize || commandLength > middleSize - commandStart) {
        failReader(BEYOND_BASIS, commandStart + commandLength);
        return STEP_ERROR;
      }
      copyFrom = commandStart;
      copyLeft = commandLength;
      seekEntry(copyFrom);
    } else if (kind == LITERAL_PIECE) {
      if (isFirstPiece && !make(commandLength)) return STEP_ERROR;
      writeLiteral(piece, pieceLength);
    } else if (kind == NEED_INPUT) {
      return STEP_NEED_INPUT;
    } else {
      return kind == END ? STEP_END : STEP_ERROR;
    }
  }
}

/** To be called at the second delta's end: STEP_END where it was whole; the last output is there. */
export function mapFinish(): i32 {
  if (finishReader() == ERROR) return STEP_ERROR;
  writeEnd();
  return STEP_END;
}

/** Where TypeScript puts the next bytes of either delta, at most composeInputCapacity of them. */
export function composeInput(): usize {
  return input;
}

export function composeInputCapacity(): u32 {
  return INPUT_CAPACITY;
}

export function composeFeed(length: u32): void {
  feedReader(input, length);
}

/** Length of the result that the delta read last makes. */
export function composeMade(): f64 {
  return f64(made);
}

function make(length: u64): bool {
  if (length > LONGEST - made) {
    failReader(TOO_LONG, LONGEST);
    return false;
  }
  made += length;
  return true;
}

function addEntry(source: u64, length: u64): void {
  if (source == goesOnAt) {
    goesOnAt += length;
    return;
  }
  if (tableUsed == BUFFER) {
    appendTo(TABLE, tableBuffer, tableUsed);
    tableUsed = 0;
  }
  store<u64>(tableBuffer + tableUsed, made - length);
  store<u64>(tableBuffer + tableUsed, source, 8);
  tableUsed += ENTRY;
  entryCount++;
  goesOnAt = source + length;
}

function keepLiteral(from: usize, length: u32): void {
  if (literalUsed + length > BUFFER) {
    appendTo(LITERALS, literalBuffer, literalUsed);
    literalUsed = 0;
  }
  memory.copy(literalBuffer + literalUsed, from, length);
  literalUsed += length;
}

/** Writes the part of the current COPY that the entry at the cursor holds, or a piece of it. */
function mapSome(): void {
  const begin = entryBegin(cursor);
  const end = cursor + 1 == entryCount ? middleSize : entryBegin(cursor + 1);
  const source = load<u64>(table.at(cursor * ENTRY), 8) + (copyFrom - begin);
  let count = min(copyLeft, end - copyFrom);
  if (source & IS_LITERAL) {
    const place = source & ~IS_LITERAL;
    const at = literals.at(place);
    count = min(count, u64(literals.run(place)));
    writeLiteral(at, u32(count));
  } else {
    writeCopy(source, count);
  }
  copyFrom += count;
  copyLeft -= count;
  if (copyFrom == end && copyLeft != 0) cursor++;
}

// @ts-ignore: decorator
@inline
function entryBegin(index: u64): u64 {
  return load<u64>(table.at(index * ENTRY));
}

/** Moves the cursor to the entry that holds `position` of the middle: galloping, as most are near. */
function seekEntry(position: u64): void {
  let low = cursor;
  let high = cursor;
  let leap: u64 = 1;
  if (entryBegin(cursor) <= position) {
    high = min(cursor + leap, entryCount);
    while (high < entryCount && entryBegin(high) <= position) {
      low = high;
      leap *= 2;
      high = min(high + leap, entryCount);
    }
  } else {
    low = cursor - min(cursor, leap);
    while (entryBegin(low) > position) {
      high = low;
      leap *= 2;
      low -= min(low, leap);
    }
  }
  // The entry is at `low` or after it, and before `high`.
  while (high - low > 1) {
    const middle = low + (high - low) / 2;
    if (entryBegin(middle) <= position) low = middle;
    else high = middle;
  }
  cursor = low;
}
