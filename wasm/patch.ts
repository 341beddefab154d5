// Applies a delta to its basis as it comes: literal bytes go into the window of a gather at once, COPYs
// become its pieces. Every command is checked against the basis and the expected length of the result.
import { resetArena, take } from "./arena";
import { BEYOND_BASIS, TOO_LONG } from "./format-error";
import { gatherBytes, gatherRange, gatherRoom } from "./gather";
import { finishWindow, isGatherReady, openGatherOutput } from "./gather-output";
import { STEP_AGAIN, STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "./steps";
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

let input: usize = 0;
let basisSize: u64 = 0;
let mostResult: u64 = 0;
/** Bytes of all commands begun so far. */
let promised: u64 = 0;
let copyFrom: u64 = 0;
let copyLeft: u64 = 0;
let isEnding: bool = false;

/** Starts a job; `most` is the longest result that is not corrupt, `windowMost` bounds the memory. */
export function patchOpen(size: f64, most: f64, windowMost: u32): void {
  resetArena();
  input = take(INPUT_CAPACITY);
  basisSize = u64(size);
  mostResult = u64(most);
  promised = 0;
  copyLeft = 0;
  isEnding = false;
  openGatherOutput(basisSize, 0, windowMost);
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

/** Runs until the input is used up, there is output or much has been read, or the delta is wrong. */
export function patchStep(): i32 {
  while (true) {
    if (!isGatherReady()) return STEP_AGAIN;
    if (isEnding) return STEP_END;
    const room = gatherRoom();
    if (room == 0) {
      finishWindow();
      continue;
    }
    if (copyLeft != 0) {
      const count = u32(min(u64(room), copyLeft));
      gatherRange(false, copyFrom, count);
      copyFrom += count;
      copyLeft -= count;
      continue;
    }
    const kind = nextCommand(room);
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
      gatherBytes(piece, pieceLength);
    } else if (kind == NEED_INPUT) {
      return STEP_NEED_INPUT;
    } else {
      return kind == END ? STEP_END : STEP_ERROR;
    }
  }
}

/** To be called at the delta's end; where it was whole, steps until STEP_END hand out what is left. */
export function patchFinish(): i32 {
  if (finishReader() == ERROR) return STEP_ERROR;
  isEnding = true;
  finishWindow();
  return STEP_AGAIN;
}

function promise(length: u64): bool {
  if (length > mostResult - promised) {
    failReader(TOO_LONG, mostResult);
    return false;
  }
  promised += length;
  return true;
}
