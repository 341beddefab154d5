// A sliding window on a source: one run of bytes that lie side by side in memory, so that SIMD compares
// never meet a page boundary. Sequential reads take READ_AHEAD bytes at a time, which still fit in the
// processor's cache. After a jump the reads start small and double in size, so that a scattered COPY
// does not read a quarter of a megabyte.
import { readSource } from "./host";
import { take } from "./arena";

const READ_AHEAD: u32 = 256 * 1024;
const READ_AFTER_JUMP: u32 = 8 * 1024;

@unmanaged
export class Window {
  source: i32;
  capacity: u32;
  buffer: usize;
  /** Offset in the source of the first byte in the buffer. */
  base: u64;
  /** Bytes in the buffer. */
  length: u32;
  step: u32;
  size: u64;

  /** Creates a window on a source of `size` bytes. It can hold `reach` bytes at once. */
  static create(source: i32, size: u64, reach: u32): Window {
    const window = changetype<Window>(take(offsetof<Window>()));
    window.source = source;
    window.size = size;
    const most = u64(reach) + READ_AHEAD;
    window.capacity = u32(min(most, size));
    // 16-byte loads may run past the last byte.
    window.buffer = take(window.capacity + 64);
    window.base = 0;
    window.length = 0;
    window.step = READ_AHEAD;
    return window;
  }

  /** The address of the byte at `position`, which `hold` must have brought in. */
  @inline
  at(position: u64): usize {
    return this.buffer + usize(position - this.base);
  }

  /**
   * Brings in `wanted` bytes from `position` on, at most the reach, or less at the end of the source.
   * Returns how many bytes are there, which may be more. Bytes before `position` are lost.
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
