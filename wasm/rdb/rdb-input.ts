// Holds the bytes of an RDB while they are walked: the latest piece, and right before it the unused rest
// of the piece before. A token that was cut in two is then whole again, for a copy of a few bytes.
import { take } from "../memory/arena";
import { SLACK } from "./rdb-walker";

@unmanaged
export class RdbInput {
  /** Where the next piece goes: at most `capacity` bytes. */
  room: usize;
  capacity: u32;
  /** Length of the latest piece, and the offset in the file of its first byte. */
  length: u32;
  start: u64;

  /** @param heldMost how many bytes of the pieces before are held at most */
  static create(capacity: u32, heldMost: u32): RdbInput {
    const input = changetype<RdbInput>(take(offsetof<RdbInput>()));
    input.capacity = capacity;
    input.room = take(heldMost + capacity + SLACK) + heldMost;
    input.length = 0;
    input.start = 0;
    return input;
  }

  /** Takes note of a piece that was put at `room`: `length` bytes, from `position` of the file on. */
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

  /** The address of the byte at `position`, in this piece or in the rest of the one before. */
  @inline
  at(position: u64): usize {
    return this.room + usize(position - this.start);
  }

  /** Ends the piece. The bytes from `position` on are kept: at most `heldMost` of them, or none. */
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
