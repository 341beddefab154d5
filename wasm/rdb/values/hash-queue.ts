// Compares many hashes with each other, each of a name at a position of the file. They wait in a short queue and are put
// into the set together: the processor then waits for several places of the set at once.
import { take } from "../../memory/arena";
import { HashSet } from "./hash-set";

const QUEUE: u32 = 256;
export const NOWHERE: u64 = u64.MAX_VALUE;

@unmanaged
export class HashQueue {
  /** Position of the first name that is there twice, or NOWHERE. */
  twiceAt: u64;
  /** How many names found no room in the set. */
  leftOut: u64;
  private set: HashSet;
  private hashes: usize;
  private positions: usize;
  private count: u32;

  static create(set: HashSet): HashQueue {
    const queue = changetype<HashQueue>(take(offsetof<HashQueue>()));
    queue.set = set;
    queue.hashes = take(QUEUE * 8);
    queue.positions = take(QUEUE * 8);
    queue.begin(0);
    return queue;
  }

  /** Forgets everything, and expects so many names. */
  begin(expected: u64): void {
    this.set.begin(expected);
    this.twiceAt = NOWHERE;
    this.leftOut = 0;
    this.count = 0;
  }

  /** Positions must ascend. */
  @inline
  add(hash: u64, position: u64): void {
    if (this.count == QUEUE) this.settle();
    store<u64>(this.hashes + this.count * 8, hash);
    store<u64>(this.positions + this.count * 8, position);
    this.count++;
  }

  /** Compares the names that wait. */
  settle(): void {
    const set = this.set;
    for (let index: u32 = 0; index < this.count; index++) {
      if (set.add(load<u64>(this.hashes + index * 8))) {
        this.twiceAt = min(this.twiceAt, load<u64>(this.positions + index * 8));
      } else if (set.isFull) {
        this.leftOut++;
      }
    }
    this.count = 0;
  }
}
