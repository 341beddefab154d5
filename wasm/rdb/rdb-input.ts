// Where the bytes of an RDB lie while they are walked: a piece as it came, and right before it what is
// left of the one before, so that a token cut in two is whole again for a copy of those few bytes.
import { take } from "../memory/arena";
import { HELD_MOST, SLACK } from "./rdb-walker";

@unmanaged
export class RdbInput {
  /** Where the next piece is put, at most `capacity` bytes. */
  room: usize;
  capacity: u32;
  /** Length of the piece that is there, and the offset in the file of its first byte. */
  length: u32;
  start: u64;

  static create(capacity: u32): RdbInput {
    const input = changetype<RdbInput>(take(offsetof<RdbInput>()));
    input.capacity = capacity;
    input.room = take(HELD_MOST + capacity + SLACK) + HELD_MOST;
    input.length = 0;
    input.start = 0;
    return input;
  }

  /** A piece of `length` bytes has been put at `room`; it lies at `position` of the file. */
  @inline
  feed(position: u64, length: u32): void {
    this.start = position;
    this.length = length;
  }

  /** Offset in the file after the piece. */
  @inline
  end(): u64 {
    return this.start + this.length;
  }

  /** Where the byte at `position` lies: in the piece, or in what was kept of the one before. */
  @inline
  at(position: u64): usize {
    return this.room + usize(position - this.start);
  }

  /** The piece is used up but for what lies from `position` on: less than HELD_MOST bytes, or none. */
  release(position: u64): void {
    const end = this.end();
    if (position < end) {
      const kept = usize(end - position);
      memory.copy(this.room - kept, this.at(position), kept);
    }
    this.start = end;
    this.length = 0;
  }
}
