// The checksum of an RDB: CRC-64 over every byte up to the end-of-file opcode, then eight bytes that must be
// the sum. A walk that stops does not know where these bytes are: commands of an AOF may follow them. So
// from there on they are looked for behind each byte that may be that opcode. Other bytes match a sum of 64
// bits once in 2^64, so a match is the checksum, and without one the file is damaged or has no checksum.
import { take } from "../memory/arena";
import { crc64, openCrc64 } from "./crc64";
import { RdbInput } from "./rdb-input";
import { TRUNCATED } from "./rdb-stop-reasons";
import { RdbWalker } from "./rdb-walker";

const SEAL_BYTES: u64 = 8;
/** A token that stops the walk is shorter. So many bytes wait to be summed, in case it does. */
const HELD: u64 = 32;
/** An RDB has a checksum from this version on. It is 0 if the server was told to write none. */
const SEALED_FROM: u32 = 5;
const END_OF_FILE: u32 = 255;
/** The first bytes of a command and of an annotation in an AOF. */
const COMMAND: u32 = 0x2a;
const ANNOTATION: u32 = 0x23;

// Its condition. UNVERIFIED: there is no header, or the file ends before the checksum.
const UNVERIFIED = 0;
const RIGHT = 1;
const WRONG = 2;
const ABSENT = 3;

@unmanaged
export class RdbSeal {
  /** Offset in the file up to which bytes are summed, or looked through. The rest must be kept. */
  summedTo: u64;
  /** Offset after a right checksum that was found after a stop, or 0. */
  foundEnd: u64;
  private crc: u64;
  /** The checksum in the file as far as it was read, and how many of its bytes that is. */
  private value: u64;
  private length: u64;
  /** Whether eight zeros were found where a checksum may have been left out. */
  private mayBeAbsent: bool;
  /** Whether anything is summed. */
  private isOn: bool;

  static create(isOn: bool): RdbSeal {
    if (isOn) openCrc64();
    const seal = changetype<RdbSeal>(take(offsetof<RdbSeal>()));
    seal.isOn = isOn;
    seal.summedTo = 0;
    seal.foundEnd = 0;
    seal.crc = 0;
    seal.value = 0;
    seal.length = 0;
    seal.mayBeAbsent = false;
    return seal;
  }

  /** Sums up the bytes of the input, after the walk through them. Without a sum, all of them count as summed. */
  sum(walker: RdbWalker, input: RdbInput, isLast: bool): void {
    const end = input.end();
    if (!this.isOn) {
      this.summedTo = end;
    } else if (walker.sealAt != u64.MAX_VALUE) {
      this.add(input, min(end, walker.sealAt));
      while (this.summedTo < end && this.length < SEAL_BYTES) {
        this.value |= u64(load<u8>(input.at(this.summedTo))) << (this.length * 8);
        this.length++;
        this.summedTo++;
      }
      if (this.length == SEAL_BYTES) this.summedTo = end;
    } else if (walker.stop.reason != 0) {
      this.search(input, walker.size);
    } else {
      this.add(input, isLast ? end : max(end, HELD) - HELD);
    }
  }

  /** Call this after the last byte. */
  condition(walker: RdbWalker): i32 {
    if (!this.isOn) return UNVERIFIED;
    if (walker.marks.version < SEALED_FROM) {
      return walker.marks.version != 0 && walker.stop.reason == 0 ? ABSENT : UNVERIFIED;
    }
    if (walker.sealAt != u64.MAX_VALUE) {
      if (this.length < SEAL_BYTES) return UNVERIFIED;
      if (this.value == 0) return ABSENT;
      return this.value == this.crc ? RIGHT : WRONG;
    }
    if (this.foundEnd != 0) return RIGHT;
    if (walker.stop.reason == 0 || walker.stop.reason == TRUNCATED) return UNVERIFIED;
    return this.mayBeAbsent ? ABSENT : WRONG;
  }

  @inline
  private add(input: RdbInput, to: u64): void {
    if (to <= this.summedTo) return;
    this.crc = crc64(this.crc, input.at(this.summedTo), usize(to - this.summedTo));
    this.summedTo = to;
  }

  /** Looks for a checksum behind every byte that may be the end-of-file opcode. */
  private search(input: RdbInput, size: u64): void {
    const end = input.end();
    if (this.foundEnd != 0) this.summedTo = end;
    while (this.summedTo < end) {
      let at = this.summedTo;
      while (at < end && u32(load<u8>(input.at(at))) != END_OF_FILE) at++;
      this.add(input, at);
      const sealEnd = at + 1 + SEAL_BYTES;
      // The byte behind the checksum is looked at too.
      if (at == end || min(sealEnd + 1, size) > end) return;
      this.add(input, at + 1);
      if (sealEnd > size) continue;
      const value = load<u64>(input.at(at + 1));
      if (value == this.crc && value != 0) {
        this.foundEnd = sealEnd;
        this.summedTo = end;
      } else if (value == 0 && isPlausibleEnd(input, sealEnd, size)) {
        this.mayBeAbsent = true;
      }
    }
  }
}

/** Whether an RDB may end before `at`: nothing follows, or what may be a command of an AOF. */
function isPlausibleEnd(input: RdbInput, at: u64, size: u64): bool {
  if (at == size) return true;
  const next = u32(load<u8>(input.at(at)));
  return next == COMMAND || next == ANNOTATION;
}
