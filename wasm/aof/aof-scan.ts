// Scans the commands of an append-only file while its bytes pass by, in pieces of any size. It remembers
// where the last whole command outside of a transaction ended: a file that is cut there loads. It takes
// what a server takes (redis aof.c, loadSingleAppendOnlyFile), which is more than a server writes:
//   ( "#" annotation LF | "*" count LF, then count times "$" length LF, that many bytes, 2 bytes )*
// A line has at most 1023 bytes, and ends there without its LF. Numbers are those of strtol: spaces and a
// sign before the digits, anything after them. MULTI opens a transaction and EXEC ends it. Bytes at which
// a server gives up end the scan with a reason and an offset. Everything before that offset is right.
import { resetArena, take } from "../memory/arena";
import { STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";

const INPUT_CAPACITY: u32 = 256 * 1024;

// What is wrong. src/persistence/aof/aof-stop-reasons.ts has the words for the numbers.
const UNEXPECTED_BYTE = 1;
const BAD_LENGTH = 2;
const NO_ARGUMENTS = 3;
const NO_COMMAND = 4;

// What comes next.
const COMMAND = 0;
const ANNOTATION = 1;
const COUNT = 2;
const ARGUMENT = 3;
const LENGTH = 4;
const BODY = 5;
/** The two bytes after a body. A server does not look at them. */
const AFTER_BODY = 6;

// How far a number has been read.
const BEFORE_SIGN = 0;
const BEFORE_DIGITS = 1;
const IN_DIGITS = 2;
const AFTER_DIGITS = 3;

/** What fgets takes of a line (aof.c, AOF_ANNOTATION_LINE_MAX_LEN, less the NUL at its end). */
const LINE_MOST: u32 = 1023;
const INT64_MOST: u64 = u64(i64.MAX_VALUE);
/** Of the smallest number of 64 bits. */
const MAGNITUDE_MOST: u64 = INT64_MOST + 1;
/** Largest length that a server can make room for: an address has 47 bits. */
const LENGTH_MOST: i64 = (1 << 47) - 1;
const NUMBER_MOST: u64 = (1 << 53) - 1;
const LF: u32 = 10;

/** Holds the first bytes of a command's name or of an annotation. */
const KEPT: u32 = 32;
const kept: usize = memory.data(32, 8);
let keptLength: u32 = 0;

let input: usize = 0;
let state: i32 = COMMAND;
/** Offset in the file after the bytes that were fed. */
let position: u64 = 0;
/** Bytes of the line so far. */
let lineLength: u32 = 0;
let number: i32 = BEFORE_SIGN;
let isNegative: bool = false;
let digits: u64 = 0;
/** Whether a NUL comes right after the `*`: a server takes this for a failure to read. */
let isNulFirst: bool = false;
let argumentsLeft: u64 = 0;
let isName: bool = false;
let bodyLeft: u64 = 0;
let afterBodyLeft: u32 = 0;
/** Whether a command can have the name that was read: no server has one with spaces or control characters. */
let isNamePossible: bool = false;
/** Offset of the last of the two bytes after it. */
let nameEndsAt: u64 = 0;
let isTransaction: bool = false;

let boundary: u64 = 0;
let commandCount: u64 = 0;
let firstTime: u64 = 0;
let lastTime: u64 = 0;
let stopReason: i32 = 0;
let stopValue: u32 = 0;
let stopAt: u64 = 0;

/** Starts on the commands from `start` of the file on: after an RDB, or at 0. */
export function aofOpen(start: f64): void {
  resetArena();
  input = take(INPUT_CAPACITY);
  state = COMMAND;
  position = u64(start);
  boundary = position;
  isTransaction = false;
  commandCount = 0;
  firstTime = 0;
  lastTime = 0;
  stopReason = 0;
}

/** Where the next piece goes: at most aofInputCapacity bytes. */
export function aofInput(): usize {
  return input;
}

export function aofInputCapacity(): u32 {
  return INPUT_CAPACITY;
}

/** Scans the `length` bytes at the input. STEP_NEED_INPUT, or STEP_ERROR if they break the grammar. */
export function aofFeed(length: u32): i32 {
  if (stopReason != 0) return STEP_ERROR;
  const end = input + length;
  const origin = position - u64(input);
  position += length;
  let p = input;
  while (p < end) {
    if (state == BODY) {
      const count = u32(min(bodyLeft, u64(end - p)));
      if (isName) keep(p, count);
      bodyLeft -= count;
      p += count;
      if (bodyLeft == 0) state = AFTER_BODY;
      continue;
    }
    const byte = u32(load<u8>(p));
    if (!next(byte, origin + p)) {
      stopValue = byte;
      stopAt = stopReason == NO_COMMAND ? nameEndsAt : origin + p;
      return STEP_ERROR;
    }
    p++;
  }
  return STEP_NEED_INPUT;
}

/** Takes a byte outside of a body. False if a server gives up there. */
// @ts-ignore: decorator
@inline
function next(byte: u32, at: u64): bool {
  switch (state) {
    case COUNT:
    case LENGTH:
      return takeOfNumber(byte);
    case ARGUMENT:
      if (byte != 0x24) return stop(UNEXPECTED_BYTE);
      state = LENGTH;
      beginNumber();
      return true;
    case AFTER_BODY:
      if (--afterBodyLeft == 0) return endArgument(at);
      return true;
    case COMMAND:
      return beginCommand(byte);
    default:
      return annotate(byte, at);
  }
}

function stop(reason: i32): bool {
  stopReason = reason;
  return false;
}

function beginNumber(): void {
  lineLength = 1;
  number = BEFORE_SIGN;
  isNegative = false;
  digits = 0;
  isNulFirst = false;
}

/** Takes a byte of the line of a number. */
// @ts-ignore: decorator
@inline
function takeOfNumber(byte: u32): bool {
  lineLength++;
  const digit = byte - 0x30;
  if (digit <= 9 && number != AFTER_DIGITS) {
    number = IN_DIGITS;
    digits = digits > INT64_MOST / 10 ? MAGNITUDE_MOST : min(digits * 10 + digit, MAGNITUDE_MOST);
  } else if (byte != LF) {
    takeOther(byte);
  }
  return byte == LF || lineLength == LINE_MOST ? endNumber() : true;
}

/** Takes a byte of a number's line that is no digit. */
function takeOther(byte: u32): void {
  if (byte == 0 && lineLength == 2) isNulFirst = true;
  const isSpace = byte == 0x20 || (byte >= 9 && byte <= 13);
  if (number == BEFORE_SIGN && isSpace) return;
  if (number == BEFORE_SIGN && (byte == 0x2b || byte == 0x2d)) {
    number = BEFORE_DIGITS;
    isNegative = byte == 0x2d;
  } else number = AFTER_DIGITS;
}

/** Makes use of a number whose line is over. False if a server gives up there. */
function endNumber(): bool {
  const value = isNegative ? -i64(digits) : i64(min(digits, INT64_MOST));
  if (state == LENGTH) {
    if (value < 0 || value > LENGTH_MOST) return stop(BAD_LENGTH);
    bodyLeft = u64(value);
    keptLength = 0;
    if (isName) isNamePossible = value != 0;
    afterBodyLeft = 2;
    state = value == 0 ? AFTER_BODY : BODY;
    return true;
  }
  if (isNulFirst) return stop(UNEXPECTED_BYTE);
  // As atoi, which keeps the low 32 bits.
  const count = i32(value);
  if (count < 1) return stop(NO_ARGUMENTS);
  argumentsLeft = u64(count);
  isName = true;
  state = ARGUMENT;
  return true;
}

function beginCommand(byte: u32): bool {
  if (byte == 0x2a) {
    state = COUNT;
    beginNumber();
    return true;
  }
  if (byte != 0x23) return stop(UNEXPECTED_BYTE);
  state = ANNOTATION;
  lineLength = 1;
  keptLength = 0;
  return true;
}

function annotate(byte: u32, at: u64): bool {
  if (byte != LF && keptLength < KEPT) store<u8>(kept + keptLength++, u8(byte));
  if (byte != LF && ++lineLength < LINE_MOST) return true;
  noteTime();
  state = COMMAND;
  if (!isTransaction) boundary = at + 1;
  return true;
}

/** Reads `TS:` and the seconds since 1970. Other annotations are ignored. */
function noteTime(): void {
  if (keptLength < 4 || load<u8>(kept) != 0x54 || load<u8>(kept, 1) != 0x53) return;
  if (load<u8>(kept, 2) != 0x3a) return;
  let time: u64 = 0;
  for (let i: u32 = 3; i < keptLength; i++) {
    const number = u32(load<u8>(kept + i)) - 0x30;
    if (number > 9 || time > NUMBER_MOST / 10 - 1) break;
    time = time * 10 + number;
  }
  if (firstTime == 0) firstTime = time;
  lastTime = time;
}

/** Keeps the beginning of a name, of which `length` bytes have come. */
function keep(at: usize, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    const byte = u32(load<u8>(at + i));
    if (byte <= 0x20 || byte >= 0x7f) isNamePossible = false;
  }
  const count = min(length, KEPT - keptLength);
  memory.copy(kept + keptLength, at, count);
  keptLength += count;
}

/** @param at of the last of the two bytes after it */
function endArgument(at: u64): bool {
  if (isName) {
    isName = false;
    nameEndsAt = at;
    noteTransaction();
  }
  state = ARGUMENT;
  if (--argumentsLeft != 0) return true;
  // A server looks for the command when all its arguments are there, and never for one that the file cuts.
  if (!isNamePossible) return stop(NO_COMMAND);
  state = COMMAND;
  commandCount++;
  if (!isTransaction) boundary = at + 1;
  return true;
}

const MULTI: usize = memory.data<u8>([0x6d, 0x75, 0x6c, 0x74, 0x69]);
const EXEC: usize = memory.data<u8>([0x65, 0x78, 0x65, 0x63]);

function noteTransaction(): void {
  if (isKept(MULTI, 5)) isTransaction = true;
  else if (isKept(EXEC, 4)) isTransaction = false;
}

/** Whether the name of the command is these `length` letters, in upper or lower case. */
function isKept(name: usize, length: u32): bool {
  if (keptLength != length) return false;
  for (let i: u32 = 0; i < length; i++) {
    if ((load<u8>(kept + i) | 0x20) != load<u8>(name + i)) return false;
  }
  return true;
}

/** Offset after the last whole command or annotation outside of a transaction. */
export function aofBoundary(): f64 {
  return f64(boundary);
}

export function aofCommandCount(): f64 {
  return f64(commandCount);
}

export function aofIsTransaction(): bool {
  return isTransaction;
}

/**
 * Ends the scan, after the last bytes. STEP_ERROR if a server gives up at them: it takes a line that the
 * file cuts for a whole one.
 */
export function aofEnd(): i32 {
  if (stopReason != 0) return STEP_ERROR;
  const isNumber = state == LENGTH || (state == COUNT && lineLength > 1 && !isNulFirst);
  if (!isNumber || endNumber()) return STEP_END;
  stopValue = 0;
  stopAt = position;
  return STEP_ERROR;
}

/** Whether the bytes so far end after a command or within an annotation: a server loads them all. */
export function aofIsWhole(): bool {
  return stopReason == 0 && (state == COMMAND || state == ANNOTATION);
}

/** The first and last times in the file, in seconds since 1970. 0 if there is none. */
export function aofFirstTime(): f64 {
  return f64(firstTime);
}

export function aofLastTime(): f64 {
  return f64(lastTime);
}

export function aofStopReason(): i32 {
  return stopReason;
}

export function aofStopValue(): u32 {
  return stopValue;
}

export function aofStopAt(): f64 {
  return f64(stopAt);
}
