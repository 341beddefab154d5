// Hands out the windows of a gather one after another, in pieces: a large window must not keep the
// thread for long. A job adds to the window only when `isGatherReady` says so.
import {
  closeWindow,
  gatherUsed,
  gatherWindow,
  nextWindow,
  openGather,
  settleSome,
} from "./gather";

/** Longest piece of output: a long write that still fits in the processor's cache to be hashed. */
const OUTPUT_MOST: u32 = 512 * 1024;

let isHandingOut: bool = false;
/** How much of the window has been handed out, and how many bytes wait to be taken. */
let handedOut: u32 = 0;
let waiting: u32 = 0;
let output: usize = 0;

export function openGatherOutput(basisSize: u64, literalsSize: u64, windowMost: u32): void {
  openGather(basisSize, literalsSize, windowMost);
  isHandingOut = false;
  waiting = 0;
}

/** Closes the window. It is read and handed out before `isGatherReady` says yes again. */
export function finishWindow(): void {
  closeWindow();
  isHandingOut = true;
  handedOut = 0;
}

/** Whether the window can be filled. If not, end the step so that the output is taken. */
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

/** Takes the output: returns its length, which may be 0. The bytes stay until the next step. */
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
