// The text of a string of an RDB that is in memory as a whole: where it is, or expanded if it is compressed. A number
// has no text of its own; it is told apart.
import { take } from "../../memory/arena";
import { expandLzf, isLzfSound } from "./lzf";
import { lengthValue, measureLength } from "../rdb-token";
import { hashInteger } from "./keyed-hash";
import { hashText } from "./names";

export const LZF: u32 = 0xc3;
const FIRST_NUMBER: u32 = 0xc0;
const LONGEST_LENGTH: u64 = 9;
/** hashText loads some bytes behind a text. */
const SLACK: usize = 16;

export const DAMAGED = 0;
export const TEXT = 1;
export const NUMBER = 2;
/** Compressed, and too long to be expanded. What is compressed is right. */
export const TOO_LONG = 3;

@unmanaged
export class StringText {
  /** Of the last string that was a text. */
  at: usize;
  /** Of the last string that was a text, or too long. */
  length: u64;
  /** The last string that was a number. */
  value: i64;
  /** Length of what the last string was compressed to, or 0. */
  compressed: u64;
  private room: usize;
  private most: u32;

  static create(most: u32): StringText {
    const text = changetype<StringText>(take(offsetof<StringText>()));
    text.most = most;
    text.room = take(usize(most) + SLACK);
    return text;
  }

  /** Reads the string at `at`: what it is. */
  read(at: usize): i32 {
    const first = u32(load<u8>(at));
    this.compressed = 0;
    if (first < FIRST_NUMBER) {
      this.at = at + usize(measureLength(at, LONGEST_LENGTH));
      this.length = lengthValue;
      return TEXT;
    }
    if (first < LZF) {
      this.length = 1;
      if (first == FIRST_NUMBER) this.value = i64(load<i8>(at, 1));
      else this.value = first == FIRST_NUMBER + 1 ? i64(load<i16>(at, 1)) : i64(load<i32>(at, 1));
      return NUMBER;
    }
    const head = usize(measureLength(at + 1, LONGEST_LENGTH));
    const compressed = usize(lengthValue);
    const second = usize(measureLength(at + 1 + head, LONGEST_LENGTH));
    const body = at + 1 + head + second;
    this.compressed = u64(compressed);
    this.length = lengthValue;
    this.at = this.room;
    // Where nothing is expected, a server does not notice that nothing can be expanded.
    if (this.length == 0) return TEXT;
    if (this.length > u64(this.most)) return isLzfSound(body, compressed, this.length) ? TOO_LONG : DAMAGED;
    return expandLzf(body, compressed, this.room, usize(this.length)) ? TEXT : DAMAGED;
  }

  /** Hash of the last string, which was a text or a number. */
  @inline
  hash(domain: u64, kind: i32): u64 {
    return kind == NUMBER ? hashInteger(domain, this.value) : hashText(domain, this.at, usize(this.length));
  }
}

/** Whether the compressed string at `at` expands to what it says. Expands nothing. */
export function isCompressedSound(at: usize): bool {
  const head = usize(measureLength(at + 1, LONGEST_LENGTH));
  const compressed = usize(lengthValue);
  const second = usize(measureLength(at + 1 + head, LONGEST_LENGTH));
  return lengthValue == 0 || isLzfSound(at + 1 + head + second, compressed, lengthValue);
}

/** Length of the text of a measured string, of which `have` bytes are there. */
export function expandedLength(at: usize, have: u64): u64 {
  const first = u32(load<u8>(at));
  if (first >= FIRST_NUMBER && first < LZF) return 1;
  let head: u64 = 0;
  if (first == LZF) head = 1 + measureLength(at + 1, have - 1);
  measureLength(at + usize(head), have - head);
  return lengthValue;
}
