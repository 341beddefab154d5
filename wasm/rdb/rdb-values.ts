// Checks what the walk steps over: strings that are compressed, and values that are one packed string. Damage
// there does not end the walk, since their length is known. A string longer than CHECKED_MOST, or one
// that expands beyond EXPANDED_MOST, is not looked into, so the memory is bounded. Compressed strings are
// looked into until they have cost a share of the file's size, so the time is bounded too. The first damage of each kind is
// kept: what every server refuses, and what one refuses with `sanitize-dump-payload yes` alone.
import { take } from "../memory/arena";
import { expandLzf, isLzfSound } from "./rdb-lzf";
import { REFUSED, SOUND, checkIntset, checkListpack, checkZiplist } from "./rdb-packed";
import { lengthValue, measureLength } from "./rdb-token";

/** Longest string, with its length, that must be in memory as a whole. */
export const CHECKED_MOST: u64 = 64 * 1024;
const EXPANDED_MOST: u32 = 128 * 1024;
/** In bytes of compressed strings, and of packed values that they expand to. */
const WORK_LEAST: u64 = 32 * 1024 * 1024;
/** The share of the size of the file that is added. Measured: about 0.2 s for a GB. */
const WORK_SHARE: u64 = 8;

// What is damaged. src/persistence/rdb/value-faults.ts has the words for the numbers.
const COMPRESSED = 1;
const INTSET = 2;
const LISTPACK = 3;
const ZIPLIST = 4;
export const SCORE = 5;

const LZF: u32 = 0xc3;
/** The length of a score as text that stands for a score that is not a number. Above it are infinities. */
const NAN_SCORE: u32 = 253;
const LONGEST_LENGTH: u64 = 9;

@unmanaged
export class RdbValues {
  refused: i32;
  refusedAt: u64;
  suspect: i32;
  suspectAt: u64;
  /** How many strings and values were not looked into. */
  skipped: u64;
  /** How much may still be done. */
  private work: u64;
  private expanded: usize;

  /** @param size of the file */
  static create(size: u64): RdbValues {
    const values = changetype<RdbValues>(take(offsetof<RdbValues>()));
    values.refused = 0;
    values.suspect = 0;
    values.skipped = 0;
    values.work = WORK_LEAST + size / WORK_SHARE;
    values.expanded = take(EXPANDED_MOST);
    return values;
  }

  refuse(fault: i32, position: u64): void {
    if (this.refused != 0) return;
    this.refused = fault;
    this.refusedAt = position;
  }

  /** Whether to look into the string of `bytes` that begins with `first`. If not, it counts as skipped. */
  @inline
  take(first: u32, bytes: u64): bool {
    if (bytes <= CHECKED_MOST && (first != LZF || this.work != 0)) return true;
    this.skipped++;
    return false;
  }

  /** Checks a score as text: `length` bytes at `at`, with a length before that has three special values. */
  checkTextScore(at: usize, position: u64): void {
    const length = u32(load<u8>(at));
    const isScore = length > NAN_SCORE || (length < NAN_SCORE && isNumber(at + 1, length));
    if (!isScore) this.refuse(SCORE, position);
  }

  /** Checks a whole compressed string at `at`, which lies in the file at `position`. */
  checkCompressed(at: usize, position: u64): void {
    const head = usize(measureLength(at + 1, LONGEST_LENGTH));
    const length = usize(lengthValue);
    const second = usize(measureLength(at + 1 + head, LONGEST_LENGTH));
    const body = at + 1 + head + second;
    this.work -= min(this.work, length);
    // Where nothing is expected, a server does not notice that nothing can be expanded.
    if (lengthValue == 0) return;
    if (!isLzfSound(body, length, lengthValue)) this.refuse(COMPRESSED, position);
  }

  /** Checks a whole value of a type that is one packed string. */
  checkPacked(type: u32, at: usize, position: u64): void {
    const first = u32(load<u8>(at));
    let body: usize;
    let length: u32;
    if (first == LZF) {
      const head = usize(measureLength(at + 1, LONGEST_LENGTH));
      const compressed = usize(lengthValue);
      const second = usize(measureLength(at + 1 + head, LONGEST_LENGTH));
      if (lengthValue > u64(EXPANDED_MOST)) return this.checkCompressed(at, position);
      length = u32(lengthValue);
      body = this.expanded;
      this.work -= min(this.work, compressed + length);
      if (length != 0 && !expandLzf(at + 1 + head + second, compressed, body, length)) {
        return this.refuse(COMPRESSED, position);
      }
    } else if (first < LZF && first >= 0xc0) {
      // A number in the place of a packed string.
      body = at;
      length = 0;
    } else {
      body = at + usize(measureLength(at, LONGEST_LENGTH));
      length = u32(lengthValue);
    }
    this.judge(type, body, length, position);
  }

  private judge(type: u32, body: usize, length: u32, position: u64): void {
    let outcome: i32;
    let fault = LISTPACK;
    if (type == 11) {
      outcome = checkIntset(body, length);
      fault = INTSET;
    } else if (type == 10 || type == 14 || type == 12 || type == 13) {
      outcome = checkZiplist(body, length, type == 12 || type == 13 ? 2 : 1);
      fault = ZIPLIST;
    } else {
      const group: u32 = type == 16 || type == 17 ? 2 : type == 23 || type == 25 ? 3 : 1;
      outcome = checkListpack(body, length, group);
    }
    if (outcome == SOUND) return;
    if (outcome == REFUSED) return this.refuse(fault, position);
    if (this.suspect != 0) return;
    this.suspect = fault;
    this.suspectAt = position;
  }
}

/** Whether text begins with a number, as sscanf reads it: blanks, a sign, digits or `inf`. */
function isNumber(at: usize, length: u32): bool {
  const end = at + length;
  let p = at;
  while (p < end && isBlank(u32(load<u8>(p)))) p++;
  if (p < end && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
  if (p + 3 <= end && isInfinity(p)) return true;
  if (p < end && load<u8>(p) == 0x2e) p++;
  return p < end && u32(load<u8>(p)) - 0x30 < 10;
}

function isBlank(byte: u32): bool {
  return byte == 0x20 || byte - 9 < 5;
}

/** In letters of any case. */
function isInfinity(at: usize): bool {
  return (load<u8>(at) | 32) == 0x69 && (load<u8>(at, 1) | 32) == 0x6e && (load<u8>(at, 2) | 32) == 0x66;
}
