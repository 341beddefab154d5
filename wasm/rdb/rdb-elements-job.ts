// The job that lists the elements of one record for TypeScript. A piece begins at elementsNext and must
// not go beyond the end of the value.
import { resetArena } from "../memory/arena";
import { RdbElements, hasElements } from "./rdb-elements";
import { RdbInput } from "./rdb-input";
import { HELD_MOST } from "./rdb-walker";
import { STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";

const INPUT_CAPACITY: u32 = 64 * 1024;
const BATCH_CAPACITY: u32 = 1024;

let elements: RdbElements = changetype<RdbElements>(0);
let input: RdbInput = changetype<RdbInput>(0);

/** Starts on the value from `valueAt` to `end`. False if its type has no elements. */
export function elementsOpen(isValkey: bool, type: u32, valueAt: f64, end: f64): bool {
  if (!hasElements(isValkey, type)) return false;
  resetArena();
  elements = RdbElements.create(BATCH_CAPACITY);
  input = RdbInput.create(INPUT_CAPACITY, HELD_MOST);
  elements.open(isValkey, type, u64(valueAt), u64(end));
  input.feed(elements.position, 0);
  return true;
}

export function elementsInput(): usize {
  return input.room;
}

export function elementsInputCapacity(): u32 {
  return input.capacity;
}

export function elementsNext(): f64 {
  return f64(max(input.end(), elements.position));
}

export function elementsFeed(length: u32): void {
  input.feed(u64(elementsNext()), length);
}

/** STEP_AGAIN: take the batch. At the end of the value, an empty piece ends the job. */
export function elementsStep(): i32 {
  const isOver = input.length == 0 && input.end() >= elements.end;
  const have = u32(input.end() - elements.position);
  const outcome = elements.run(input.at(elements.position), have);
  if (outcome == STEP_NEED_INPUT) input.release(elements.position);
  return outcome == STEP_NEED_INPUT && isOver ? STEP_ERROR : outcome;
}

/** Takes the elements found so far: returns how many. The columns hold them until the next step. */
export function elementsTakeBatch(): u32 {
  const count = elements.count;
  elements.count = 0;
  return count;
}

/** The address of a column: 0 elementAt, 1 endAt, 2 nameHash. */
export function elementsColumn(number: u32): usize {
  if (number == 0) return elements.elementAt;
  return number == 1 ? elements.endAt : elements.nameHash;
}

export function elementsBatchCapacity(): u32 {
  return BATCH_CAPACITY;
}
