// A sliding window on a source: one contiguous run of bytes in memory, so that SIMD compares cross no
// page boundary. Sequential reading goes in steps of READ_AHEAD, few enough bytes to stay in the
// processor's cache; after a jump the steps start small and double, so that scattered copies do not
// read a quarter of a megabyte each.
import { readSource } from "./host";
import { take } from "./arena";

const READ_AHEAD: u32 = 256 * 1024;
const READ_AFTER_JUMP: u32 = 8 * 1024;

@unmanaged
export class Window {
  source: i32;
  capacity: u32;
  buffer: usize;
  /** Offset in the source of the buffer's first byte. */
  base: u64;
  /** Bytes in the buffer. */
  length: u32;
  step: u32;
  size: u64;

  /** Makes a window on `source` of `size` bytes that can hold `reach` bytes at once. */
  static create(source: i32, size: u64, reach: u32): Window {
    const window = changetype<Window>(take(offsetof<Window>()));
    window.source = source;
    window.size = size;
    const most = u64(reach) + READ_AHEAD;
    window.capacity = u32(min(most, size));
    // The slack lets 16-byte loads run past the last byte.
    window.buffer = take(window.capacity + 64);
    window.base = 0;
    window.length = 0;
    window.step = READ_AHEAD;
    return window;
  }

  /** Where the byte at `position` lies; only for positions that `hold` has brought in. */
  @inline
  at(position: u64): usize {
    return this.buffer + usize(position - this.base);
  }

  /**
   * Brings in `wanted` bytes from `position` on (less at the source's end) and returns how many bytes
   * are there, possibly more. `wanted` is at most the reach. Bytes before `position` may go.
   */
  hold(position: u64, wanted: u32): u32 {
    const rest = this.size - position;
    if (u64(wanted) > rest) wanted = u32(rest);
    const end = this.base + this.length;
    let have: u32 = 0;
    if (position >= this.base && position <= end) {
      have = u32(end - position);
      if (have >= wanted) return have;
      if (have != 0) memory.copy(this.buffer, this.at(position), have);
    } else {
      this.step = READ_AFTER_JUMP;
    }
    this.base = position;
    const room = min(rest, u64(this.capacity)) - have;
    const count = u32(min(max(u64(wanted - have), u64(this.step)), room));
    readSource(this.source, this.buffer + have, count, position + have);
    this.step = min(this.step * 2, READ_AHEAD);
    this.length = have + count;
    return this.length;
  }
}
