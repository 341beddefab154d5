// Makes a delta from a signature, without the basis, as librsync does. A window of one block's length
// rolls over the new bytes. If the sums of the window are those of a block, the window becomes a COPY of
// that block. The last block may be short, so at the end of the input the window shrinks and is compared
// with that block.
import { resetArena, take } from "../memory/arena";
import {
  LITERAL_MOST,
  openWriter,
  outputIsFull,
  writeCopy,
  writeEnd,
  writeLiteral,
} from "../delta/delta-writer";
import {
  addToSignature,
  blockCount,
  blockLength,
  filter,
  filterShift,
  finishSignature,
  nextSlot,
  openSignature,
  slotBlock,
  slotOf,
  slotWeak,
  strongLength,
  strongOf,
  weakOf,
} from "./signature-reader";
import { STEP_AGAIN, STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";
import { strongBegin, strongEnd, strongUpdate } from "./strong-sum";
import { weakBegin, weakRoll, weakRollout, weakSum, weakUpdate } from "./weak-sum";

const SIGNATURE_INPUT: u32 = 64 * 1024;
const READ_AHEAD: u32 = 256 * 1024;
const NONE: u32 = u32.MAX_VALUE;
const STEP_BYTES: u32 = 4 * 1024 * 1024;

const strong: usize = memory.data(32, 16);

let signatureBuffer: usize = 0;
let buffer: usize = 0;
let capacity: u32 = 0;
/** Indexes into the buffer: bytes from `pending` to `window` wait to be literals. */
let pending: u32 = 0;
let window: u32 = 0;
let filled: u32 = 0;
/** Whether the weak sum is that of the window, and has already been looked up without a match. */
let isSumValid: bool = false;
/** The block after the one that was copied last. */
let following: u32 = 0;
let isFinished: bool = false;
let isTailDone: bool = false;
/** The block that equals the end of the input, from `window` on. */
let tailBlock: u32 = NONE;
/** Whether `strong` is the strong sum of the window. */
let isStrongKnown: bool = false;

/** Starts a job. First feed the signature, then call matchReady, then feed the new bytes. */
export function matchOpen(): void {
  resetArena();
  openWriter();
  signatureBuffer = take(SIGNATURE_INPUT);
  openSignature();
}

export function matchSignatureInput(): usize {
  return signatureBuffer;
}

export function matchSignatureCapacity(): u32 {
  return SIGNATURE_INPUT;
}

export function matchSignatureFeed(length: u32): i32 {
  return addToSignature(signatureBuffer, length) ? STEP_NEED_INPUT : STEP_ERROR;
}

/** Call this at the end of the signature. */
export function matchReady(): i32 {
  if (!finishSignature()) return STEP_ERROR;
  capacity = blockLength + READ_AHEAD;
  buffer = take(capacity);
  pending = 0;
  window = 0;
  filled = 0;
  isSumValid = false;
  following = 0;
  isFinished = false;
  isTailDone = false;
  tailBlock = NONE;
  return STEP_NEED_INPUT;
}

/** Where the next bytes go, at most matchRoom of them. matchFeed then says how many there are. */
export function matchInput(): usize {
  return buffer + filled;
}

export function matchRoom(): u32 {
  return capacity - filled;
}

export function matchFeed(length: u32): void {
  filled += length;
}

/** Call this at the end of the new bytes. Steps then lead to STEP_END. */
export function matchFinish(): void {
  isFinished = true;
}

/** Some milliseconds of work. Its output must be taken before the next step. */
export function matchStep(): i32 {
  if (!isTailDone) {
    for (let done: u32 = 0; rollOn(); done += LITERAL_MOST) {
      if (outputIsFull() || done > STEP_BYTES) return STEP_AGAIN;
    }
    if (isFinished) matchTail();
  }
  while (pending < window) {
    if (outputIsFull()) return STEP_AGAIN;
    const count = min(window - pending, LITERAL_MOST);
    writeLiteral(buffer + pending, count);
    pending += count;
  }
  if (isFinished) {
    if (tailBlock != NONE) writeCopy(u64(tailBlock) * blockLength, filled - window);
    writeEnd();
    return STEP_END;
  }
  // Only the window is still needed: it goes to the front.
  const rest = filled - window;
  memory.copy(buffer, buffer + window, rest);
  pending = 0;
  window = 0;
  filled = rest;
  return STEP_NEED_INPUT;
}

/** Rolls the window to the next match, or by LITERAL_MOST. False if it needs more bytes. */
function rollOn(): bool {
  if (!isSumValid) {
    if (window + blockLength > filled) return false;
    weakBegin();
    weakUpdate(buffer + window, blockLength);
    isSumValid = true;
    if (takeMatch()) return true;
  }
  const last = min(filled - blockLength, window + LITERAL_MOST);
  // If no block follows, 0 stands for its sum. That costs a useless look now and then.
  const wanted = following < blockCount ? weakOf(following) : 0;
  while (window < last) {
    window += weakRoll(buffer + window, last - window, filter, filterShift, wanted);
    if (takeMatch()) return true;
  }
  if (window - pending >= LITERAL_MOST) {
    writeLiteral(buffer + pending, LITERAL_MOST);
    pending += LITERAL_MOST;
  }
  return window + blockLength < filled;
}

/** Writes a COPY if the window is a block of the basis. The block that follows the last is preferred. */
function takeMatch(): bool {
  const sum = weakSum();
  isStrongKnown = false;
  let block = NONE;
  if (following < blockCount && weakOf(following) == sum && isStrong(following)) {
    block = following;
  } else {
    for (let slot = slotOf(sum); slotBlock(slot) != 0; slot = nextSlot(slot)) {
      if (slotWeak(slot) != sum || !isStrong(slotBlock(slot) - 1)) continue;
      block = slotBlock(slot) - 1;
      break;
    }
  }
  if (block == NONE) return false;
  while (pending < window) {
    const count = min(window - pending, LITERAL_MOST);
    writeLiteral(buffer + pending, count);
    pending += count;
  }
  writeCopy(u64(block) * blockLength, blockLength);
  following = block + 1;
  window += blockLength;
  pending = window;
  isSumValid = false;
  return true;
}

/** Whether the window has the strong sum of the block. The sum is made once for each window. */
function isStrong(block: u32): bool {
  if (!isStrongKnown) {
    strongBegin();
    strongUpdate(buffer + window, min(blockLength, filled - window));
    strongEnd(strong);
    isStrongKnown = true;
  }
  return memory.compare(strong, strongOf(block), strongLength) == 0;
}

/** At the end of the input: compares the shrinking window with the last block, which may be short. */
function matchTail(): void {
  isTailDone = true;
  if (isSumValid) {
    weakRollout(load<u8>(buffer + window));
    window++;
  } else {
    weakBegin();
    weakUpdate(buffer + window, filled - window);
  }
  if (blockCount == 0) window = filled;
  while (window < filled) {
    isStrongKnown = false;
    if (weakSum() == weakOf(blockCount - 1) && isStrong(blockCount - 1)) {
      tailBlock = blockCount - 1;
      return;
    }
    weakRollout(load<u8>(buffer + window));
    window++;
  }
}
