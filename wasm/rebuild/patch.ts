// Applies a delta to its basis while the delta arrives. Literal bytes go straight into the window of a
// gather. COPYs become pieces of the window.
import { resetArena } from "../memory/arena";
import { nextChecked, openCheckedDelta } from "../delta/checked-delta";
import { gatherBytes, gatherRange, gatherRoom } from "./gather";
import { finishWindow, isGatherReady, openGatherOutput } from "./gather-output";
import { STEP_AGAIN, STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";
import {
  COPY,
  END,
  ERROR,
  LITERAL_PIECE,
  NEED_INPUT,
  commandLength,
  commandStart,
  finishReader,
  piece,
  pieceLength,
} from "../delta/delta-reader";

let copyFrom: u64 = 0;
let copyLeft: u64 = 0;
let isEnding: bool = false;

/** Starts a job. A result longer than `most` is corrupt; `windowMost` bounds the memory. */
export function patchOpen(basisSize: f64, most: f64, windowMost: u32): void {
  resetArena();
  copyLeft = 0;
  isEnding = false;
  openCheckedDelta(u64(basisSize), u64(most));
  openGatherOutput(u64(basisSize), 0, windowMost);
}

/** Runs until the input is used up, there is output, much has been read, or the delta is wrong. */
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
    const kind = nextChecked(room);
    if (kind == COPY) {
      copyFrom = commandStart;
      copyLeft = commandLength;
    } else if (kind == LITERAL_PIECE) {
      gatherBytes(piece, pieceLength);
    } else if (kind == NEED_INPUT) {
      return STEP_NEED_INPUT;
    } else {
      return kind == END ? STEP_END : STEP_ERROR;
    }
  }
}

/** Call this at the end of the delta. If it was whole, steps until STEP_END hand out the rest. */
export function patchFinish(): i32 {
  if (finishReader() == ERROR) return STEP_ERROR;
  isEnding = true;
  finishWindow();
  return STEP_AGAIN;
}
