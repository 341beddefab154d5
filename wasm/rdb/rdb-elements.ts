// The elements of one record: members of a set, fields of a hash with their values, entries of a list. A
// restarted server dumps the elements of a hash table in another order, so a delta must move them one by
// one. Like the walker (rdb-walker.ts), this takes pieces of any size and skips the body of each element:
// only the beginning of the element's name must be there.
import { take } from "../memory/arena";
import { CONTAINER, LENGTH, RAW, STRING, TEXT_DOUBLE } from "./rdb-grammar";
import { HASHED_MOST, hashBytes } from "./rdb-hash";
import {
  BAD,
  MORE,
  lengthValue,
  measureContainer,
  measureCount,
  measureLength,
  measureString,
  measureTextDouble,
} from "./rdb-token";
import { STEP_AGAIN, STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";

// Each shape: how many bytes precede the count, which token is the name, and the tokens of an element up
// to END_OF_ELEMENT.
const END_OF_ELEMENT: u8 = 0;
const STRINGS: usize = memory.data<u8>([0, 0, STRING, END_OF_ELEMENT]);
const PAIRS: usize = memory.data<u8>([0, 0, STRING, STRING, END_OF_ELEMENT]);
const TEXT_SCORES: usize = memory.data<u8>([0, 0, STRING, TEXT_DOUBLE, END_OF_ELEMENT]);
const BINARY_SCORES: usize = memory.data<u8>([0, 0, STRING, RAW, 8, END_OF_ELEMENT]);
const QUICKLIST_NODES: usize = memory.data<u8>([0, 1, CONTAINER, STRING, END_OF_ELEMENT]);
const EXPIRING_FIELDS_RC: usize = memory.data<u8>([0, 1, LENGTH, STRING, STRING, END_OF_ELEMENT]);
const EXPIRING_FIELDS: usize = memory.data<u8>([8, 1, LENGTH, STRING, STRING, END_OF_ELEMENT]);
const VALKEY_EXPIRING_FIELDS: usize = memory.data<u8>([
  0, 0, STRING, STRING, RAW, 8, END_OF_ELEMENT,
]);

function shapeOf(isValkey: bool, type: u32): usize {
  if (type == 1 || type == 2 || type == 14) return STRINGS;
  if (type == 3) return TEXT_SCORES;
  if (type == 4) return PAIRS;
  if (type == 5) return BINARY_SCORES;
  if (type == 18) return QUICKLIST_NODES;
  if (type == 22) return isValkey ? VALKEY_EXPIRING_FIELDS : EXPIRING_FIELDS_RC;
  return type == 24 && !isValkey ? EXPIRING_FIELDS : 0;
}

/** Whether values of this type have elements that can be told apart without decoding a string. */
export function hasElements(isValkey: bool, type: u32): bool {
  return shapeOf(isValkey, type) != 0;
}

@unmanaged
export class RdbElements {
  /** Offset in the file of the next byte that is needed. */
  position: u64;
  /** Offset in the file of the end of the value. */
  end: u64;
  capacity: u32;
  count: u32;
  // Columns, in the order of the file. Offsets are doubles.
  elementAt: usize;
  endAt: usize;
  /** u64: hashBytes of the name as it stands in the file, with seed 0. */
  nameHash: usize;

  private name: usize;
  private first: usize;
  private token: usize;
  /** How many elements are still to come, once they have been counted. */
  private left: u64;
  private isCounted: bool;
  private currentAt: u64;
  private currentHash: u64;

  static create(capacity: u32): RdbElements {
    const elements = changetype<RdbElements>(take(offsetof<RdbElements>()));
    elements.capacity = capacity;
    elements.elementAt = take(capacity * 8);
    elements.endAt = take(capacity * 8);
    elements.nameHash = take(capacity * 8);
    return elements;
  }

  /** Starts on a value from `valueAt` to `end`, whose type must have elements. */
  open(isValkey: bool, type: u32, valueAt: u64, end: u64): void {
    const shape = shapeOf(isValkey, type);
    this.first = shape + 2;
    this.name = this.first + load<u8>(shape, 1);
    this.token = this.first;
    this.position = valueAt + load<u8>(shape);
    this.currentAt = this.position;
    this.end = end;
    this.count = 0;
    this.isCounted = false;
  }

  /** Where the current element begins, or `position` between two elements. */
  begunAt(): u64 {
    return this.token == this.first ? this.position : this.currentAt;
  }

  /** Like RdbWalker.run. STEP_END if the elements fill the value exactly, STEP_ERROR if they do not. */
  run(at: usize, length: u32): i32 {
    if (this.position > this.end) return STEP_ERROR;
    const origin = this.position - u64(at);
    const last = at + length;
    let p = at;
    if (!this.isCounted) {
      const bytes = measureCount(p, length);
      if (bytes == MORE) return STEP_NEED_INPUT;
      if (bytes == BAD) return STEP_ERROR;
      this.left = lengthValue;
      this.isCounted = true;
      p += usize(bytes);
    }
    let token = this.token;
    let outcome: i32;
    while (true) {
      const instruction = load<u8>(token);
      const have = u64(last - p);
      if (instruction == END_OF_ELEMENT) {
        this.add(origin + p);
        token = this.first;
        continue;
      }
      if (token == this.first) {
        this.currentAt = origin + p;
        outcome = this.left == 0 ? STEP_END : STEP_AGAIN;
        if (this.left == 0 || this.count == this.capacity) break;
      }
      let bytes: u64;
      let width: usize = 1;
      if (instruction == STRING) {
        bytes = measureString(p, have);
        if (token == this.name && bytes != MORE && bytes != BAD) {
          const hashed = u32(min(bytes, u64(HASHED_MOST)));
          if (have < u64(hashed)) bytes = MORE;
          else this.currentHash = hashBytes(0, p, hashed);
        }
      } else if (instruction == RAW) {
        bytes = u64(load<u8>(token, 1));
        width = 2;
      } else if (instruction == LENGTH) {
        bytes = measureLength(p, have);
      } else if (instruction == CONTAINER) {
        bytes = measureContainer(p, have);
      } else {
        bytes = measureTextDouble(p, have);
      }
      outcome = STEP_NEED_INPUT;
      if (bytes == MORE) break;
      outcome = STEP_ERROR;
      if (bytes == BAD || bytes > this.end - (origin + p)) break;
      token += width;
      if (bytes > have) {
        this.token = token;
        this.position = origin + p + bytes;
        return STEP_NEED_INPUT;
      }
      p += usize(bytes);
    }
    this.token = token;
    this.position = origin + p;
    return outcome == STEP_END && this.position != this.end ? STEP_ERROR : outcome;
  }

  @inline
  private add(end: u64): void {
    const row = this.count++;
    store<f64>(this.elementAt + row * 8, f64(i64(this.currentAt)));
    store<f64>(this.endAt + row * 8, f64(i64(end)));
    store<u64>(this.nameHash + row * 8, this.currentHash);
    this.left--;
  }
}
