// Applies a delta. Everything goes through one output buffer, so that a delta of thousands of small
// commands still makes long writes; small COPYs read through pages, long ones straight into the output.
import { resetArena, take } from "./arena";
import { BASIS, readSource } from "./host";
import { BEYOND_BASIS, TOO_LONG } from "./format-error";
import { STEP_AGAIN, STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "./steps";
import { Pages } from "./pages";
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

const INPUT_CAPACITY: u32 = 128 * 1024;
const OUT_CAPACITY: u32 = 512 * 1024;
const PAGES_MOST: u32 = 4 * 1024 * 1024;
/** COPYs from this length on bypass the pages. */
const DIRECT_FROM: u64 = 64 * 1024;

let input: usize = 0;
let out: usize = 0;
let used: u32 = 0;
let basisSize: u64 = 0;
let mostResult: u64 = 0;
/** Bytes of all commands begun so far. */
let promised: u64 = 0;
let copyFrom: u64 = 0;
let copyLeft: u64 = 0;
let basis: Pages = changetype<Pages>(0);

/** Starts a job; `most` is the longest result that is not corrupt. */
export function patchOpen(size: f64, most: f64): void {
  resetArena();
  input = take(INPUT_CAPACITY);
  out = take(OUT_CAPACITY);
  basisSize = u64(size);
  mostResult = u64(most);
  basis = Pages.create(BASIS, basisSize, PAGES_MOST);
  used = 0;
  promised = 0;
  copyLeft = 0;
  openReader();
}

/** Where TypeScript puts the delta's next bytes, at most patchInputCapacity of them. */
export function patchInput(): usize {
  return input;
}

export function patchInputCapacity(): u32 {
  return INPUT_CAPACITY;
}

export function patchFeed(length: u32): void {
  feedReader(input, length);
}

export function patchOutput(): usize {
  return out;
}

/** Takes the output: returns its length, and the buffer is empty for the next step. */
export function patchTake(): u32 {
  const length = used;
  used = 0;
  return length;
}

/** Runs until the input is used up, the output is full, or the delta is wrong. */
export function patchStep(): i32 {
  while (true) {
    if (copyLeft != 0) {
      copySome();
      if (copyLeft != 0) return STEP_AGAIN;
    }
    if (used == OUT_CAPACITY) return STEP_AGAIN;
    const kind = nextCommand(OUT_CAPACITY - used);
    if (kind == COPY) {
      if (commandStart > basisSize || commandLength > basisSize - commandStart) {
        failReader(BEYOND_BASIS, commandStart + commandLength);
        return STEP_ERROR;
      }
      if (!promise(commandLength)) return STEP_ERROR;
      copyFrom = commandStart;
      copyLeft = commandLength;
    } else if (kind == LITERAL_PIECE) {
      if (isFirstPiece && !promise(commandLength)) return STEP_ERROR;
      memory.copy(out + used, piece, pieceLength);
      used += pieceLength;
    } else if (kind == NEED_INPUT) {
      return STEP_NEED_INPUT;
    } else {
      return kind == END ? STEP_END : STEP_ERROR;
    }
  }
}

/** To be called at the delta's end: STEP_END where it was whole. */
export function patchFinish(): i32 {
  return finishReader() == ERROR ? STEP_ERROR : STEP_END;
}

function promise(length: u64): bool {
  if (length > mostResult - promised) {
    failReader(TOO_LONG, mostResult);
    return false;
  }
  promised += length;
  return true;
}

/** Copies until the COPY is done or the output is full. */
function copySome(): void {
  while (copyLeft != 0 && used < OUT_CAPACITY) {
    const room = u64(OUT_CAPACITY - used);
    let count: u32;
    if (copyLeft >= DIRECT_FROM) {
      count = u32(min(room, copyLeft));
      readSource(BASIS, out + used, count, copyFrom);
    } else {
      const from = basis.at(copyFrom);
      count = u32(min(min(u64(basis.run(copyFrom)), copyLeft), room));
      memory.copy(out + used, from, count);
    }
    used += count;
    copyFrom += count;
    copyLeft -= count;
  }
}
