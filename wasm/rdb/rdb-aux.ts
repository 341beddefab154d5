// The aux fields of an RDB (redis-ver, ctime …) as they stand in the file: names and values in turn.
// They are few and short; what is long, or does not fit, is counted and left out.
import { take } from "../memory/arena";

/** Bytes of a name or value that is kept. */
export const AUX_MOST: u32 = 1024;
const CAPACITY: u32 = 16 * 1024;

@unmanaged
export class AuxText {
  bytes: usize;
  /** Bytes of whole fields; a name behind them waits for its value. */
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

  /** Takes the string of `size` bytes at `at`; where `size` is above AUX_MOST it need not be there. */
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
