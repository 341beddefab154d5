// How much a run of equal bytes tells. Long runs of one byte, or of a short pattern, are equal at any
// offset: zeros that pad a record match the zeros of every other record, and what is aligned by them is out
// of step by a record. So a block of 16 bytes counts once for a run, however often it occurs in it.
import { hash16 } from "../memory/bytes";

const BLOCK: u32 = 16;
const WEIGHED_MOST: u32 = 1024;
const SLOT_LOG: u32 = 10;
/** The blocks of the last runs: the hash of each, mixed with the number of its run. */
const slots: usize = memory.data(8 << SLOT_LOG, 16);
const RUN_MULTIPLIER: u64 = 0xd1342543de82ef95;

let runs: u64 = 0;

/**
 * The bytes of the run at `at` that do not repeat; a run of one byte weighs 32 to 47, or its length if that is
 * less. After WEIGHED_MOST of them the rest is not looked at.
 */
export function weigh(at: usize, run: u32): u32 {
  runs += RUN_MULTIPLIER;
  let weight: u32 = BLOCK;
  let done: u32 = 0;
  while (run - done >= BLOCK && weight < WEIGHED_MOST) {
    const hash = hash16(at + done);
    const slot = slots + (usize(hash >> u64(64 - SLOT_LOG)) << 3);
    if (load<u64>(slot) != (hash ^ runs)) weight += BLOCK;
    store<u64>(slot, hash ^ runs);
    done += BLOCK;
  }
  return min(weight + (run - done), run);
}
