// Encodes a librsync delta into the output buffer. Adjacent commands are merged: a COPY waits for one
// that continues it, literal bytes gather until a COPY or LITERAL_MOST ends them. Widths are minimal.
import { take } from "../memory/arena";
import { storeBig, storeBig32, widthLog } from "../memory/bytes";

export const DELTA_MAGIC: u32 = 0x72730236;
/** Longest LITERAL that is written as one command, and the most one call may add to it. */
export const LITERAL_MOST: u32 = 64 * 1024;
/** From this on a caller must hand its output out; it may write this much again before it looks. */
const FULL_FROM: u32 = 256 * 1024;
const OUT_CAPACITY: u32 = 2 * FULL_FROM + 4 * LITERAL_MOST;

let out: usize = 0;
let used: u32 = 0;
let literal: usize = 0;
let literalLength: u32 = 0;
let copyStart: u64 = 0;
let copyLength: u64 = 0;

let copyCount: u64 = 0;
let literalCount: u64 = 0;
let copyBytes: u64 = 0;
let literalBytes: u64 = 0;

export function openWriter(): void {
  out = take(OUT_CAPACITY);
  literal = take(LITERAL_MOST);
  used = 0;
  literalLength = 0;
  copyLength = 0;
  copyCount = 0;
  literalCount = 0;
  copyBytes = 0;
  literalBytes = 0;
  storeBig32(out, DELTA_MAGIC);
  used = 4;
}

/** Whether a caller must hand its output out before it writes another command. */
export function outputIsFull(): bool {
  return used > FULL_FROM;
}

export function writeCopy(start: u64, length: u64): void {
  if (length == 0) return;
  if (copyLength != 0 && copyStart + copyLength == start) {
    copyLength += length;
    return;
  }
  flushCommands();
  copyStart = start;
  copyLength = length;
}

/** Adds literal bytes, at most LITERAL_MOST. */
export function writeLiteral(from: usize, length: u32): void {
  if (length == 0) return;
  flushCopy();
  const fits = min(length, LITERAL_MOST - literalLength);
  memory.copy(literal + literalLength, from, fits);
  literalLength += fits;
  if (literalLength < LITERAL_MOST) return;
  flushLiteral();
  literalLength = length - fits;
  memory.copy(literal, from + fits, literalLength);
}

export function writeEnd(): void {
  flushCommands();
  store<u8>(out + used, 0);
  used++;
}

function flushCommands(): void {
  flushLiteral();
  flushCopy();
}

function flushLiteral(): void {
  if (literalLength == 0) return;
  if (literalLength <= 64) {
    store<u8>(out + used, u8(literalLength));
    used++;
  } else {
    const log = widthLog(literalLength);
    store<u8>(out + used, u8(0x41 + log));
    storeBig(out + used + 1, literalLength, log);
    used += 1 + (1 << log);
  }
  memory.copy(out + used, literal, literalLength);
  used += literalLength;
  literalCount++;
  literalBytes += literalLength;
  literalLength = 0;
}

function flushCopy(): void {
  if (copyLength == 0) return;
  const startLog = widthLog(copyStart);
  const lengthLog = widthLog(copyLength);
  store<u8>(out + used, u8(0x45 + 4 * startLog + lengthLog));
  storeBig(out + used + 1, copyStart, startLog);
  storeBig(out + used + 1 + (1 << startLog), copyLength, lengthLog);
  used += 1 + (1 << startLog) + (1 << lengthLog);
  copyCount++;
  copyBytes += copyLength;
  copyLength = 0;
}

/** Literal bytes written or gathered so far. */
export function literalTotal(): u64 {
  return literalBytes + literalLength;
}

export function writerOutput(): usize {
  return out;
}

/** Takes the output: returns its length, and the buffer is empty for the next step. */
export function takeWriterOutput(): u32 {
  const length = used;
  used = 0;
  return length;
}

export function writerCopyCount(): f64 {
  return f64(copyCount);
}

export function writerLiteralCount(): f64 {
  return f64(literalCount);
}

export function writerCopyBytes(): f64 {
  return f64(copyBytes);
}

export function writerLiteralBytes(): f64 {
  return f64(literalBytes);
}
