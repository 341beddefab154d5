// Makes a librsync signature of bytes that arrive in pieces of any size. The sums go on across pieces, so
// a block needs no memory, however long it is.
import { resetArena, take } from "../memory/arena";
import { storeBig32 } from "../memory/bytes";
import { SIGNATURE_HEAD, useSums } from "./signature-format";
import { STEP_AGAIN, STEP_NEED_INPUT } from "../memory/steps";
import { strongBegin, strongEnd, strongUpdate } from "./strong-sum";
import { weakBegin, weakSum, weakUpdate } from "./weak-sum";

const INPUT_CAPACITY: u32 = 128 * 1024;
const OUT_CAPACITY: u32 = 64 * 1024;
const ENTRY_MOST: u32 = 4 + 32;

const strong: usize = memory.data(32, 16);

let input: usize = 0;
let at: usize = 0;
let inputEnd: usize = 0;
let out: usize = 0;
let used: u32 = 0;
let blockLength: u32 = 0;
let strongLength: u32 = 0;
/** Bytes of the current block so far. */
let inBlock: u32 = 0;

/** Starts a job. The caller has checked the magic and whether it allows both lengths. */
export function signatureOpen(magic: u32, newBlockLength: u32, newStrongLength: u32): void {
  resetArena();
  input = take(INPUT_CAPACITY);
  out = take(OUT_CAPACITY);
  useSums(magic);
  blockLength = newBlockLength;
  strongLength = newStrongLength;
  inBlock = 0;
  storeBig32(out, magic);
  storeBig32(out + 4, blockLength);
  storeBig32(out + 8, strongLength);
  used = SIGNATURE_HEAD;
}

export function signatureInput(): usize {
  return input;
}

export function signatureInputCapacity(): u32 {
  return INPUT_CAPACITY;
}

export function signatureFeed(length: u32): void {
  at = input;
  inputEnd = input + length;
}

export function signatureOutput(): usize {
  return out;
}

/** Returns the length of the output and empties the buffer. Use the bytes before the next step. */
export function signatureTake(): u32 {
  const length = used;
  used = 0;
  return length;
}

export function signatureStep(): i32 {
  while (at < inputEnd) {
    if (used > OUT_CAPACITY - ENTRY_MOST) return STEP_AGAIN;
    if (inBlock == 0) {
      weakBegin();
      strongBegin();
    }
    const count = min(u32(inputEnd - at), blockLength - inBlock);
    weakUpdate(at, count);
    strongUpdate(at, count);
    at += count;
    inBlock += count;
    if (inBlock == blockLength) endBlock();
  }
  return STEP_NEED_INPUT;
}

/** Call this at the end of the input, when its output was taken. Adds the last, short block. */
export function signatureFinish(): void {
  if (inBlock != 0) endBlock();
}

function endBlock(): void {
  storeBig32(out + used, weakSum());
  strongEnd(strong);
  memory.copy(out + used + 4, strong, strongLength);
  used += 4 + strongLength;
  inBlock = 0;
}
