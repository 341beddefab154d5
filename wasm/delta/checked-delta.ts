// A delta as it is fed, for the jobs that rebuild or compose: each command is checked against the
// basis, and against the length that the result may have, before it is given out.
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
/** Bytes of all commands begun so far. */
let promised: u64 = 0;

/** @param most the longest result that is not corrupt */
export function openCheckedDelta(size: u64, most: u64): void {
  input = take(INPUT_CAPACITY);
  basisSize = size;
  mostResult = most;
  promised = 0;
  openReader();
}

/** Where TypeScript puts the delta's next bytes, at most deltaInputCapacity of them. */
export function deltaInput(): usize {
  return input;
}

export function deltaInputCapacity(): u32 {
  return INPUT_CAPACITY;
}

export function deltaFeed(length: u32): void {
  feedReader(input, length);
}

/** As nextCommand of the reader, whose variables say what it is. */
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
