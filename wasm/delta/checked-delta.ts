// A delta that arrives in pieces, for the jobs that rebuild a file or compose deltas. Each command is
// checked before it is handed out: against the size of the basis, and against the length that the
// result may have. A delta is never trusted.
import { take } from "../memory/arena";
import {
  COPY,
  LITERAL_PIECE,
  commandLength,
  commandStart,
  failReader,
  feedReader,
  isFirstPiece,
  nextCommand,
  openReader,
} from "./delta-reader";
import { BEYOND_BASIS, TOO_LONG } from "./format-error";

const INPUT_CAPACITY: u32 = 128 * 1024;

let input: usize = 0;
let basisSize: u64 = 0;
let mostResult: u64 = 0;
/** Length of the result that the commands so far will make. */
let promised: u64 = 0;

/** @param most length of the longest result; a delta that makes a longer one is corrupt */
export function openCheckedDelta(size: u64, most: u64): void {
  input = take(INPUT_CAPACITY);
  basisSize = size;
  mostResult = most;
  promised = 0;
  openReader();
}

/** Where TypeScript puts the next bytes of the delta: at most deltaInputCapacity at a time. */
export function deltaInput(): usize {
  return input;
}

export function deltaInputCapacity(): u32 {
  return INPUT_CAPACITY;
}

export function deltaFeed(length: u32): void {
  feedReader(input, length);
}

/** Like nextCommand of the reader. The reader's variables then describe the command. */
export function nextChecked(most: u32): i32 {
  const kind = nextCommand(most);
  if (kind == COPY) {
    if (commandStart > basisSize || commandLength > basisSize - commandStart) {
      return failReader(BEYOND_BASIS, commandStart + commandLength);
    }
  } else if (kind != LITERAL_PIECE || !isFirstPiece) {
    return kind;
  }
  if (commandLength > mostResult - promised) return failReader(TOO_LONG, mostResult);
  promised += commandLength;
  return kind;
}
