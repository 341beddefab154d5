// The names of one value that stand in the file one by one: members and fields. Servers refuse a member that is there
// twice. A field that is there twice is refused where a server makes a table of the hash, or sanitizes it.
import { take } from "../../memory/arena";
import { stepOverStrings, stringsLeft } from "../rdb-token";
import { Faults } from "./faults";
import { HashQueue, NOWHERE } from "./hash-queue";
import { HashSet } from "./hash-set";
import { hashInteger } from "./keyed-hash";
import { hashText } from "./names";
import * as Verdict from "./verdicts";
import { NAME_UNITS, Work } from "./work";

@unmanaged
export class Elements {
  isComparing: bool;
  /** How many strings step has left. */
  left: u64;
  private names: HashQueue;
  private work: Work;
  private faults: Faults;
  /** Whether a value follows each name. */
  private isPairs: bool;
  /** Whether a server keeps small hashes of this type packed, with a field twice. */
  private mayBePacked: bool;
  private isTable: bool;

  static create(names: HashSet, work: Work, faults: Faults): Elements {
    const elements = changetype<Elements>(take(offsetof<Elements>()));
    elements.names = HashQueue.create(names);
    elements.work = work;
    elements.faults = faults;
    elements.isComparing = false;
    return elements;
  }

  /** Begins a value of `count` elements. */
  begin(type: u32, isValkey: bool, count: u64): void {
    const isHash = type == Verdict.HASH || type == Verdict.FIELD_EXPIRY_HASH || type == Verdict.FIELD_EXPIRY_HASH_2;
    const isZset = type == Verdict.TEXT_ZSET || type == Verdict.ZSET;
    if (!isHash && !isZset && type != Verdict.SET) return;
    if (count < 2) return;
    this.isComparing = true;
    this.isPairs = type == Verdict.HASH;
    this.mayBePacked = isHash && !(isValkey && type == Verdict.FIELD_EXPIRY_HASH);
    this.isTable = count > Verdict.PACKED_HASH_MOST;
    this.names.begin(count);
  }

  /** Ends the value. */
  end(): void {
    if (!this.isComparing) return;
    this.isComparing = false;
    this.names.settle();
    if (this.names.twiceAt == NOWHERE) return;
    const outcome = this.mayBePacked && !this.isTable ? Verdict.SUSPECT : Verdict.REFUSED;
    this.faults.note(outcome, Verdict.MEMBER_TWICE, this.names.twiceAt);
  }

  /** Compares no more names of the value: there is no room, or they cost too much. */
  giveUp(): void {
    if (!this.isComparing) return;
    this.faults.skippedValues++;
    this.end();
  }

  /** Adds the name whose string lies at `position`. */
  @inline
  add(hash: u64, position: u64): void {
    this.names.add(hash, position);
  }

  /** Takes note of the length of a field or a value. */
  @inline
  noteLength(length: u64): void {
    if (length > Verdict.PACKED_STRING_MOST) this.isTable = true;
  }

  /** Takes note of a name that was read by itself. */
  spendOne(position: u64): void {
    this.work.spend(NAME_UNITS * 2);
    if (this.names.leftOut != 0 || !this.work.isLeft(position)) this.giveUp();
  }

  /** Whether the next of `left` strings is a name. */
  @inline
  isName(left: u64): bool {
    return !this.isPairs || (left & 1) == 0;
  }

  /**
   * Steps over at most `count` strings that are whole and have one of the usual encodings, and compares the names.
   * Returns the address of the next string. `origin` and an address make a position in the file.
   */
  step(at: usize, end: usize, count: u64, origin: u64): usize {
    if (!this.isComparing) {
      const next = stepOverStrings(at, end, count);
      this.left = stringsLeft;
      return next;
    }
    let left = count;
    let p = at;
    while (left != 0) {
      // A load past the end does no harm: the string then turns out longer than what is left.
      const first = u32(load<u8>(p));
      let head: u32 = 1;
      let length = first;
      if (first >= 0xc0 && first < 0xc3) {
        length = 1 << (first & 3);
      } else if (first >= 64) {
        if (first >= 128) break;
        head = 2;
        length = ((first & 63) << 8) | u32(load<u8>(p, 1));
      }
      if (u64(head) + u64(length) > u64(end - p)) break;
      if (this.isName(left)) this.add(hashAt(p, first, head, length), origin + p);
      if (length > 64) this.isTable = true;
      p += head + length;
      left--;
    }
    this.left = left;
    const names = this.isPairs ? (count - left) >> 1 : count - left;
    this.work.spend(names * NAME_UNITS + u64(p - at) / 8);
    if (this.names.leftOut != 0 || !this.work.isLeft(origin + p)) this.giveUp();
    return p;
  }
}

// @ts-ignore: decorator
@inline
function hashAt(at: usize, first: u32, head: u32, length: u32): u64 {
  if (first < 0xc0) return hashText(0, at + head, length);
  if (first == 0xc0) return hashInteger(0, i64(load<i8>(at, 1)));
  return hashInteger(0, first == 0xc1 ? i64(load<i16>(at, 1)) : i64(load<i32>(at, 1)));
}
