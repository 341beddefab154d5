// Turns a delta into a table, while its literal bytes go to the end of the store that all deltas of a
// run share. The delta is not trusted: its COPYs are checked against what it applies to, its commands
// against the length that its result may have.
import { resetArena, take } from "./arena";
import {
  COPY,
  END,
  ERROR,
  LITERAL_PIECE,
  NEED_INPUT,
  commandLength,
  commandStart,
  failReader,
  feedReader,
  finishReader,
  isFirstPiece,
  nextCommand,
  openReader,
  piece,
  pieceLength,
} from "./delta-reader";
import { BEYOND_BASIS, TOO_LONG } from "./format-error";
import { LITERALS, appendTo } from "./host";
import { STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "./steps";
import { IS_LITERAL, addEntry, flushTable, openTableWriter, tableMade } from "./table-writer";

const INPUT_CAPACITY: u32 = 128 * 1024;
const LITERAL_BUFFER: u32 = 256 * 1024;

let input: usize = 0;
let literals: usize = 0;
let literalsUsed: u32 = 0;
/** Where in the store the next literal begins. */
let literalsAt: u64 = 0;
let basisSize: u64 = 0;
let mostResult: u64 = 0;

/** Starts a job; the store has `literalsSize` bytes already. */
export function tabulateOpen(size: f64, most: f64, literalsSize: f64): void {
  resetArena();
  input = take(INPUT_CAPACITY);
  literals = take(LITERAL_BUFFER);
  literalsUsed = 0;
  literalsAt = u64(literalsSize);
  basisSize = u64(size);
  mostResult = u64(most);
  openTableWriter();
  openReader();
}

/** Where TypeScript puts the delta's next bytes, at most tabulateInputCapacity of them. */
export function tabulateInput(): usize {
  return input;
}

export function tabulateInputCapacity(): u32 {
  return INPUT_CAPACITY;
}

export function tabulateFeed(length: u32): void {
  feedReader(input, length);
}

export function tabulateStep(): i32 {
  while (true) {
    const kind = nextCommand(LITERAL_BUFFER);
    if (kind == COPY) {
      if (commandStart > basisSize || commandLength > basisSize - commandStart) {
        failReader(BEYOND_BASIS, commandStart + commandLength);
        return STEP_ERROR;
      }
      if (!add(commandStart)) return STEP_ERROR;
    } else if (kind == LITERAL_PIECE) {
      if (isFirstPiece) {
        if (!add(IS_LITERAL | literalsAt)) return STEP_ERROR;
        literalsAt += commandLength;
      }
      keepLiteral(piece, pieceLength);
    } else if (kind == NEED_INPUT) {
      return STEP_NEED_INPUT;
    } else {
      return kind == END ? STEP_END : STEP_ERROR;
    }
  }
}

/** To be called at the delta's end: STEP_END where it was whole, and all of it is in the stores. */
export function tabulateFinish(): i32 {
  if (finishReader() == ERROR) return STEP_ERROR;
  flushTable();
  appendTo(LITERALS, literals, literalsUsed);
  return STEP_END;
}

/** Length of the result. */
export function tabulateMade(): f64 {
  return f64(tableMade());
}

/** Adds the current command. */
function add(source: u64): bool {
  if (commandLength > mostResult - tableMade()) {
    failReader(TOO_LONG, mostResult);
    return false;
  }
  addEntry(source, commandLength);
  return true;
}

function keepLiteral(from: usize, length: u32): void {
  if (literalsUsed + length > LITERAL_BUFFER) {
    appendTo(LITERALS, literals, literalsUsed);
    literalsUsed = 0;
  }
  memory.copy(literals + literalsUsed, from, length);
  literalsUsed += length;
}
