// The tokens of newer servers: items of arrays, templates of hashes, functions of a release candidate. A hash with a
// template holds values alone, so how many there are is known from its template, which comes before it in the file.
// Templates are remembered up to TEMPLATES_MOST. A hash whose template is not known stops the walk.
import { take } from "../memory/arena";
import * as Grammar from "./rdb-grammar";
import { RdbStop } from "./rdb-stop";
import { BAD_ARRAY_ITEM, UNKNOWN_TEMPLATE } from "./rdb-stop-reasons";
import { BAD, MORE, bad, lengthValue, measureCount, measureLength, measureString } from "./rdb-token";

const TEMPLATES_MOST: u32 = 16384;
const SLOTS_LOG: u32 = 15;
/** The id of a template + 1, or 0; and how many fields it has. */
const SLOT_BYTES: u32 = 16;
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

@unmanaged
export class RdbNewer {
  /** How many strings or items follow: after TEMPLATE_SIZE and TEMPLATE_FIELDS another number. */
  left: u64;
  private stop: RdbStop;
  private slots: usize;
  private count: u32;
  private id: u64;

  static create(stop: RdbStop): RdbNewer {
    const newer = changetype<RdbNewer>(take(offsetof<RdbNewer>()));
    newer.stop = stop;
    newer.slots = take(SLOT_BYTES << SLOTS_LOG);
    newer.clear();
    return newer;
  }

  clear(): void {
    memory.fill(this.slots, 0, SLOT_BYTES << SLOTS_LOG);
    this.count = 0;
  }

  /** Measures the token of an instruction from Grammar.FIRST_NEWER on. `position` is where it lies in the file. */
  measure(instruction: u8, at: usize, have: u64, position: u64, left: u64): u64 {
    this.left = left;
    if (instruction == Grammar.FLAGGED_LENGTH) return measureFlagged(at, have, false);
    if (instruction == Grammar.FLAGGED_STRING) return measureFlagged(at, have, true);
    if (instruction == Grammar.ARRAY_ITEM) return measureArrayItem(at, have);
    if (instruction == Grammar.TEMPLATE_SIZE) {
      const bytes = measureCount(at, have);
      if (bytes == MORE || bytes == BAD) return bytes;
      this.left = lengthValue;
      this.remember();
      return bytes;
    }
    const bytes = measureLength(at, have);
    if (bytes == MORE || bytes == BAD) return bytes;
    this.id = lengthValue;
    if (instruction == Grammar.TEMPLATE) return bytes;
    const slot = this.slotOf(this.id);
    if (load<u64>(slot) == 0) return this.stop.refuse(UNKNOWN_TEMPLATE, this.id, position);
    this.left = load<u64>(slot, 8);
    return bytes;
  }

  private remember(): void {
    const slot = this.slotOf(this.id);
    if (load<u64>(slot) == 0 && this.count++ >= TEMPLATES_MOST) return;
    store<u64>(slot, this.id + 1);
    store<u64>(slot, this.left, 8);
  }

  /** The slot of a template, or the empty one where it would be. */
  private slotOf(id: u64): usize {
    let slot = u32((id * MULTIPLIER) >> u64(64 - SLOTS_LOG));
    while (true) {
      const at = this.slots + slot * SLOT_BYTES;
      const entry = load<u64>(at);
      if (entry == 0 || entry == id + 1) return at;
      slot = (slot + 1) & ((1 << SLOTS_LOG) - 1);
    }
  }
}

function measureFlagged(at: usize, have: u64, isString: bool): u64 {
  const head = measureLength(at, have);
  if (head == MORE || head == BAD || lengthValue == 0) return head;
  const payload = at + usize(head);
  const body = isString ? measureString(payload, have - head) : measureLength(payload, have - head);
  return body == MORE || body == BAD ? body : head + body;
}

/** 0 and 3: a string. 1: a whole number, 2: a double, of eight bytes both. */
function measureArrayItem(at: usize, have: u64): u64 {
  const head = measureLength(at, have);
  if (head == MORE || head == BAD) return head;
  const kind = lengthValue;
  if (kind == 1 || kind == 2) return head + 8;
  if (kind != 0 && kind != 3) return bad(BAD_ARRAY_ITEM, kind);
  const body = measureString(at + usize(head), have - head);
  return body == MORE || body == BAD ? body : head + body;
}
