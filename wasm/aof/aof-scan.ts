// Scans the commands of an append-only file while its bytes pass by, in pieces of any size. It remembers
// where the last whole command outside of a transaction ended: a file that is cut there loads. The
// grammar (redis aof.c, loadSingleAppendOnlyFile), with lines that end in CR LF:
//   ( "#" annotation | "*" count line, then count times "$" length line, that many bytes, CR LF )*
// MULTI opens a transaction and EXEC ends it. The bytes of arguments are skipped. Bytes that break the
// grammar end the scan with a reason and an offset. Everything before that offset is right.
import { resetArena, take } from "../memory/arena";
import { STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";

const INPUT_CAPACITY: u32 = 256 * 1024;

// What is wrong. src/persistence/aof/aof-stop-reasons.ts has the words for the numbers.
const UNEXPECTED_BYTE = 1;
const BAD_NUMBER = 2;
const NO_ARGUMENTS = 3;
const LONG_ANNOTATION = 4;

// What comes next.
const COMMAND = 0;
const ANNOTATION = 1;
const COUNT = 2;
const ARGUMENT = 3;
const LENGTH = 4;
const BODY = 5;
const BODY_CR = 6;
const BODY_LF = 7;

/** Longest annotation that the server allows (aof.c, AOF_ANNOTATION_LINE_MAX_LEN). */
const ANNOTATION_MOST: u32 = 1024;
/** No count or length has more digits, even with some leading zeros. */
const DIGITS_MOST: u32 = 20;
const NUMBER_MOST: u64 = (1 << 53) - 1;
const CR: u32 = 13;
const LF: u32 = 10;

/** Holds the first bytes of a command's name or of an annotation. */
const KEPT: u32 = 32;
const kept: usize = memory.data(32, 8);
let keptLength: u32 = 0;

let input: usize = 0;
let state: i32 = COMMAND;
/** Offset in the file after the bytes that were fed. */
let position: u64 = 0;
let value: u64 = 0;
let digits: u32 = 0;
let isNumberOver: bool = false;
let argumentsLeft: u64 = 0;
let isName: bool = false;
let isAlone: bool = false;
let bodyLeft: u64 = 0;
let annotationLength: u32 = 0;
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
      if (bodyLeft == 0) state = BODY_CR;
      continue;
    }
    const byte = u32(load<u8>(p));
    if (!next(byte, origin + p)) {
      stopValue = byte;
      stopAt = origin + p;
      return STEP_ERROR;
    }
    p++;
  }
  return STEP_NEED_INPUT;
}

/** Takes a byte outside of a body. False if the grammar does not allow it. */
// @ts-ignore: decorator
@inline
function next(byte: u32, at: u64): bool {
  switch (state) {
    case COUNT:
    case LENGTH:
      return digit(byte);
    case ARGUMENT:
      if (byte != 0x24) return stop(UNEXPECTED_BYTE);
      state = LENGTH;
      beginNumber();
      return true;
    case BODY_CR:
      if (byte != CR) return stop(UNEXPECTED_BYTE);
      state = BODY_LF;
      return true;
    case BODY_LF:
      if (byte != LF) return stop(UNEXPECTED_BYTE);
      endArgument(at + 1);
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
  value = 0;
  digits = 0;
  isNumberOver = false;
}

/** Takes a byte of a number, or of the end of its line. */
// @ts-ignore: decorator
@inline
function digit(byte: u32): bool {
  const number = byte - 0x30;
  if (number <= 9 && !isNumberOver) {
    value = value * 10 + number;
    digits++;
    return digits <= DIGITS_MOST && value <= NUMBER_MOST ? true : stop(BAD_NUMBER);
  }
  if (byte == CR && !isNumberOver && digits != 0) {
    isNumberOver = true;
    return true;
  }
  if (byte != LF || !isNumberOver) return stop(digits == 0 ? BAD_NUMBER : UNEXPECTED_BYTE);
  if (state == LENGTH) {
    bodyLeft = value;
    keptLength = 0;
    state = value == 0 ? BODY_CR : BODY;
    return true;
  }
  if (value == 0) return stop(NO_ARGUMENTS);
  argumentsLeft = value;
  isName = true;
  isAlone = value == 1;
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
  annotationLength = 1;
  keptLength = 0;
  return true;
}

function annotate(byte: u32, at: u64): bool {
  if (++annotationLength > ANNOTATION_MOST) return stop(LONG_ANNOTATION);
  if (byte != LF) {
    if (keptLength < KEPT) store<u8>(kept + keptLength++, u8(byte));
    return true;
  }
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

function keep(at: usize, length: u32): void {
  const count = min(length, KEPT - keptLength);
  memory.copy(kept + keptLength, at, count);
  keptLength += count;
}

function endArgument(end: u64): void {
  if (isName) {
    isName = false;
    if (isAlone && keptLength <= 5) noteTransaction();
  }
  state = ARGUMENT;
  if (--argumentsLeft != 0) return;
  state = COMMAND;
  commandCount++;
  if (!isTransaction) boundary = end;
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

/** Whether the bytes so far end after a command or an annotation, and not within one. */
export function aofIsWhole(): bool {
  return stopReason == 0 && state == COMMAND;
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
