// The aux fields of an RDB (redis-ver, ctime …) as they stand in the file: a name, its value, the next
// name and so on. A field that is long or no longer fits is counted and left out.
import { take } from "../memory/arena";

/** Longest name or value that is kept. */
export const AUX_MOST: u32 = 1024;
const CAPACITY: u32 = 16 * 1024;

@unmanaged
export class AuxText {
  bytes: usize;
  /** Bytes of whole fields. A name may lie behind them and wait for its value. */
  length: u32;
  omitted: u32;
  private nameLength: u32;
  private isNameKept: bool;

  static create(): AuxText {
    const aux = changetype<AuxText>(take(offsetof<AuxText>()));
    aux.bytes = take(CAPACITY);
    aux.clear();
    return aux;
  }

  clear(): void {
    this.length = 0;
    this.omitted = 0;
    this.isNameKept = false;
  }

  /** Takes the string of `size` bytes at `at`. If it is longer than AUX_MOST, it need not be there. */
  name(at: usize, size: u64): void {
    this.isNameKept = size <= AUX_MOST && u64(this.length) + size <= CAPACITY;
    if (!this.isNameKept) return;
    this.nameLength = u32(size);
    memory.copy(this.bytes + this.length, at, usize(size));
  }

  value(at: usize, size: u64): void {
    const start = this.length + this.nameLength;
    if (this.isNameKept && size <= AUX_MOST && u64(start) + size <= CAPACITY) {
      memory.copy(this.bytes + start, at, usize(size));
      this.length = start + u32(size);
    } else {
      this.omitted++;
    }
  }
}
