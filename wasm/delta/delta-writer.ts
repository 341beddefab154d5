// Encodes a librsync delta into the output buffer, each number in as few bytes as possible. Commands that
// continue each other become one: a COPY waits for the next one, and literal bytes are gathered until a
// COPY follows or there are LITERAL_MOST of them.
import { take } from "../memory/arena";
import { storeBig, storeBig32, widthLog } from "../memory/bytes";

export const DELTA_MAGIC: u32 = 0x72730236;
/** Length of the longest LITERAL command. One call of writeLiteral may add this much. */
export const LITERAL_MOST: u32 = 64 * 1024;
/** A caller hands its output out from here on. It may write this much more before it checks. */
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

/** Literal bytes so far, including those that are still being gathered. */
export function literalTotal(): u64 {
  return literalBytes + literalLength;
}

export function writerOutput(): usize {
  return out;
}

/** Returns the length of the output and empties the buffer. Use the bytes before the next step. */
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
