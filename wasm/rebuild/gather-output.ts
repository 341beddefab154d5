// Hands out the windows of a gather one after the other, in pieces short enough that a large window
// does not keep the thread for long. What fills the windows asks `isGatherReady` before it adds.
import {
  closeWindow,
  gatherUsed,
  gatherWindow,
  nextWindow,
  openGather,
  settleSome,
} from "./gather";

/** Longest piece of output: long writes, and still in the processor's cache when it is hashed. */
const OUTPUT_MOST: u32 = 512 * 1024;

let isHandingOut: bool = false;
/** How much of the window has been handed out, and the piece that can be taken. */
let handedOut: u32 = 0;
let waiting: u32 = 0;
let output: usize = 0;

export function openGatherOutput(basisSize: u64, literalsSize: u64, windowMost: u32): void {
  openGather(basisSize, literalsSize, windowMost);
  isHandingOut = false;
  waiting = 0;
}

/** Closes the window: it is read and handed out before `isGatherReady` says yes again. */
export function finishWindow(): void {
  closeWindow();
  isHandingOut = true;
  handedOut = 0;
}

/** Whether the window can be filled; if not, the job's step ends and its output is taken. */
export function isGatherReady(): bool {
  if (!isHandingOut) return true;
  if (!settleSome()) return false;
  if (handedOut < gatherUsed()) {
    waiting = min(gatherUsed() - handedOut, OUTPUT_MOST);
    return false;
  }
  isHandingOut = false;
  nextWindow();
  return true;
}

/** Takes the output: returns its length, which may be none; it lies at gatherOutput until the next step. */
export function gatherTake(): u32 {
  const length = waiting;
  output = gatherWindow() + handedOut;
  handedOut += length;
  waiting = 0;
  return length;
}

export function gatherOutput(): usize {
  return output;
}
