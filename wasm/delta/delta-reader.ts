// Decodes a librsync delta that arrives in pieces of any size. No byte is loaded before the reader knows
// that the byte is there. Bytes that break the grammar are an error, with the offset of their command.
import { loadBig, loadBig32 } from "../memory/bytes";
import { DELTA_MAGIC } from "./delta-writer";
import {
  AFTER_END,
  BAD_MAGIC,
  OUT_OF_RANGE,
  RESERVED_OPCODE,
  TRUNCATED,
  ZERO_LENGTH,
  clearError,
  errorCode,
  setError,
} from "./format-error";

// The outcomes of nextCommand.
export const NEED_INPUT = 0;
export const LITERAL_PIECE = 1;
export const COPY = 2;
export const END = 3;
export const ERROR = 4;

/** Offsets and lengths from here on are corrupt: no file has them, and a double cannot hold them. */
const MOST: u64 = 1 << 53;
const HEADER_MOST = 17;

let input: usize = 0;
let inputEnd: usize = 0;
/** Where in the delta the byte at `input` lies. */
let offset: u64 = 0;
/** Holds the header of a command that arrives in several pieces. */
const header: usize = memory.data(HEADER_MOST + 7, 8);
let headerLength: u32 = 0;
/** The header of the current command: in the input if all of it is there, else in `header`. */
let head: usize = 0;
let magicSeen: bool = false;
let ended: bool = false;
let literalLeft: u64 = 0;
let commandAt: u64 = 0;

/** What nextCommand found: the range that a COPY names, or a piece of the bytes of a LITERAL. */
export let commandStart: u64 = 0;
export let commandLength: u64 = 0;
export let piece: usize = 0;
export let pieceLength: u32 = 0;
/** Whether a LITERAL_PIECE is the first of its command. commandLength is then the whole literal's. */
export let isFirstPiece: bool = false;

export function openReader(): void {
  input = 0;
  inputEnd = 0;
  offset = 0;
  headerLength = 0;
  magicSeen = false;
  ended = false;
  literalLeft = 0;
  clearError();
}

/** Gives the reader its next bytes. It must have used up the ones before. */
export function feedReader(from: usize, length: u32): void {
  input = from;
  inputEnd = from + length;
}

/** Rejects the command that was found last. */
export function failReader(code: i32, value: u64): i32 {
  return failAt(code, value, commandAt);
}

function failAt(code: i32, value: u64, at: u64): i32 {
  setError(code, value, at);
  return ERROR;
}

/** Call this at the end of the input: END if the delta is whole, else ERROR. */
export function finishReader(): i32 {
  if (errorCode() != 0) return ERROR;
  if (ended) return END;
  return failAt(TRUNCATED, 0, offset);
}

/** Finds the next command, or the next piece of a literal: at most `most` bytes. */
export function nextCommand(most: u32): i32 {
  if (errorCode() != 0) return ERROR;
  if (literalLeft != 0) return nextPiece(most, false);
  if (!magicSeen) {
    if (!gather(4)) return NEED_INPUT;
    const magic = loadBig32(header);
    if (magic != DELTA_MAGIC) return failAt(BAD_MAGIC, magic, 0);
    magicSeen = true;
    headerLength = 0;
  }
  if (ended) return input == inputEnd ? END : failAt(AFTER_END, 0, offset);
  head = headerLength == 0 && inputEnd - input >= usize(HEADER_MOST) ? input : header;
  if (!has(1)) return NEED_INPUT;
  commandAt = offset - headerLength;
  const opcode = u32(load<u8>(head));
  if (opcode == 0) {
    ended = true;
    leaveHeader(1);
    return input == inputEnd ? END : failAt(AFTER_END, 0, offset);
  }
  if (opcode <= 0x44) return literalCommand(opcode, most);
  if (opcode <= 0x54) return copyCommand(opcode - 0x45);
  return failReader(RESERVED_OPCODE, opcode);
}

function literalCommand(opcode: u32, most: u32): i32 {
  let headerBytes: u32 = 1;
  if (opcode <= 0x40) {
    literalLeft = opcode;
  } else {
    const width: u32 = 1 << (opcode - 0x41);
    headerBytes = 1 + width;
    if (!has(headerBytes)) return NEED_INPUT;
    literalLeft = loadBig(head + 1, width);
  }
  leaveHeader(headerBytes);
  commandLength = literalLeft;
  if (literalLeft == 0) return failReader(ZERO_LENGTH, 0);
  if (literalLeft >= MOST) {
    literalLeft = 0;
    return failReader(OUT_OF_RANGE, commandLength);
  }
  return nextPiece(most, true);
}

function copyCommand(form: u32): i32 {
  const startWidth: u32 = 1 << (form >> 2);
  const lengthWidth: u32 = 1 << (form & 3);
  if (!has(1 + startWidth + lengthWidth)) return NEED_INPUT;
  commandStart = loadBig(head + 1, startWidth);
  commandLength = loadBig(head + 1 + startWidth, lengthWidth);
  leaveHeader(1 + startWidth + lengthWidth);
  if (commandLength == 0) return failReader(ZERO_LENGTH, 0);
  if (commandStart >= MOST) return failReader(OUT_OF_RANGE, commandStart);
  if (commandLength >= MOST) return failReader(OUT_OF_RANGE, commandLength);
  return COPY;
}

/**
 * The first piece may be empty: the caller learns the length of the whole literal before its bytes
 * arrive.
 */
function nextPiece(most: u32, isFirst: bool): i32 {
  const there = u64(inputEnd - input);
  if (there == 0 && !isFirst) return NEED_INPUT;
  isFirstPiece = isFirst;
  piece = input;
  pieceLength = u32(min(min(there, u64(most)), literalLeft));
  input += pieceLength;
  offset += pieceLength;
  literalLeft -= pieceLength;
  return LITERAL_PIECE;
}

/** Whether `wanted` bytes of the header are there, at `head`. */
// @ts-ignore: decorator
@inline
function has(wanted: u32): bool {
  return head == input || gather(wanted);
}

/** Moves past a header of `length` bytes. */
// @ts-ignore: decorator
@inline
function leaveHeader(length: u32): void {
  if (head == input) {
    input += length;
    offset += length;
  }
  headerLength = 0;
}

/** Copies input to `header` until it holds `wanted` bytes. False if the input ends before that. */
function gather(wanted: u32): bool {
  while (headerLength < wanted) {
    if (input == inputEnd) return false;
    store<u8>(header + headerLength, load<u8>(input));
    headerLength++;
    input++;
    offset++;
  }
  return true;
}
