// The job that walks an RDB for TypeScript and sums up its CRC-64. Each piece is walked and summed while
// it is in the processor's cache. With the checksum, pieces must follow each other. Without it, rdbNext
// skips what the walk does not need to see. When the walk has stopped, pieces may go on for the checksum
// alone, which is then looked for in all that follows.
import { resetArena } from "../memory/arena";
import { RdbInput } from "./rdb-input";
import { RdbSeal } from "./rdb-seal";
import { HELD_MOST, RdbWalker } from "./rdb-walker";
import { Faults } from "./values/faults";
import { setHashKey } from "./values/keyed-hash";
import { Work } from "./values/work";
import { STEP_END, STEP_AGAIN, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";

const INPUT_CAPACITY: u32 = 256 * 1024;
const BATCH_CAPACITY: u32 = 1024;

let walker: RdbWalker = changetype<RdbWalker>(0);
let input: RdbInput = changetype<RdbInput>(0);
let seal: RdbSeal = changetype<RdbSeal>(0);
let faults: Faults = changetype<Faults>(0);
let isSkipping: bool = false;

/** Starts the walk through a file of `size` bytes. */
export function rdbOpen(size: f64, withChecksum: bool): void {
  resetArena();
  walker = RdbWalker.create(u64(size), BATCH_CAPACITY);
  seal = RdbSeal.create(withChecksum);
  faults = Faults.create();
  isSkipping = !withChecksum;
  input = RdbInput.create(INPUT_CAPACITY, HELD_MOST);
}

/** Call this after rdbOpen to look into values. Two random numbers make names comparable. */
export function rdbCheck(isDeep: bool, low: u64, high: u64): void {
  const work = Work.create(isDeep);
  setHashKey(low, high);
  input = RdbInput.create(INPUT_CAPACITY, HELD_MOST + work.stringMost);
  walker.check(work);
  faults = walker.checks.faults;
}

/** Where the next piece goes: at most rdbInputCapacity bytes. */
export function rdbInput(): usize {
  return input.room;
}

export function rdbInputCapacity(): u32 {
  return input.capacity;
}

/** Offset in the file at which the next piece must begin. */
export function rdbNext(): f64 {
  return f64(isSkipping ? max(input.end(), walker.position) : input.end());
}

/** Takes note of a piece of `length` bytes from rdbNext on. The last step must have needed input. */
export function rdbFeed(length: u32): void {
  input.feed(u64(rdbNext()), length);
}

/**
 * Walks the piece. STEP_AGAIN: take the batch and call this again. Any other outcome: the piece is used
 * up. After STEP_ERROR, more pieces may be fed for the checksum alone.
 */
export function rdbStep(): i32 {
  let outcome = STEP_NEED_INPUT;
  if (walker.stop.reason != 0) outcome = STEP_ERROR;
  else if (walker.position < input.end()) outcome = walk();
  if (outcome == STEP_AGAIN) return outcome;
  if (outcome != STEP_NEED_INPUT) walker.settle();
  const keepFrom = outcome == STEP_NEED_INPUT ? walker.position : input.end();
  seal.sum(walker, input, false);
  input.release(min(keepFrom, seal.summedTo));
  return outcome;
}

/** Call this when there are no more pieces. Like rdbStep, but never STEP_NEED_INPUT. */
export function rdbFinish(): i32 {
  const outcome = finishWalk();
  walker.settle();
  if (outcome != STEP_AGAIN) seal.sum(walker, input, true);
  return outcome;
}

function finishWalk(): i32 {
  if (walker.stop.reason != 0) return STEP_ERROR;
  // A string that was skipped may end with the file, and a record with it.
  const isBeyond = walker.position > input.end();
  const outcome = isBeyond ? walker.run(input.room, 0) : walk();
  if (outcome != STEP_NEED_INPUT) return outcome;
  if (isBeyond) return walker.finish(input.room, 0);
  return walker.finish(input.at(walker.position), u32(input.end() - walker.position));
}

function walk(): i32 {
  return walker.run(input.at(walker.position), u32(input.end() - walker.position));
}

/** Call this after the last step: whether the checksum in the file is right, as in rdb-seal.ts. */
export function rdbChecksum(): i32 {
  return seal.condition(walker);
}

/** After a stop: offset after the checksum, if a right one was found. Otherwise 0. */
export function rdbSealedEnd(): f64 {
  return f64(seal.foundEnd);
}

/** What is damaged in the first value that every server refuses, as in values/verdicts.ts. 0 if there is none. */
export function rdbRefused(): i32 {
  return faults.refused;
}

export function rdbRefusedAt(): f64 {
  return f64(faults.refusedAt);
}

/** How many strings and values were not looked into. */
export function rdbSkippedValues(): f64 {
  return f64(faults.skippedValues);
}

/** How many keys were not compared with the others. */
export function rdbSkippedKeys(): f64 {
  return f64(faults.skippedKeys);
}

/** The same of the first value that a server refuses only with `sanitize-dump-payload yes`. */
export function rdbSuspect(): i32 {
  return faults.suspect;
}

export function rdbSuspectAt(): f64 {
  return f64(faults.suspectAt);
}

/** Takes the records found so far: returns how many. The columns hold them until the next step. */
export function rdbTakeBatch(): u32 {
  const count = walker.batch.count;
  walker.batch.count = 0;
  return count;
}

/**
 * The address of a column. In order: recordAt, typeAt, valueAt, endAt, expiresAt, keyHash, database,
 * type.
 */
export function rdbColumn(number: u32): usize {
  const batch = walker.batch;
  if (number == 0) return batch.recordAt;
  if (number == 1) return batch.typeAt;
  if (number == 2) return batch.valueAt;
  if (number == 3) return batch.endAt;
  if (number == 4) return batch.expiresAt;
  if (number == 5) return batch.keyHash;
  return number == 6 ? batch.database : batch.type;
}

export function rdbBatchCapacity(): u32 {
  return BATCH_CAPACITY;
}

/** The version in the header, or 0 if there was no header. */
export function rdbVersion(): u32 {
  return walker.marks.version;
}

export function rdbIsValkey(): bool {
  return walker.marks.isValkey;
}

/** Offset after the last byte of the RDB, once the walk has reached its end. */
export function rdbEnd(): f64 {
  return f64(walker.position);
}

export function rdbStopReason(): i32 {
  return walker.stop.reason;
}

export function rdbStopValue(): f64 {
  return f64(walker.stop.value);
}

export function rdbStopAt(): f64 {
  return f64(walker.stop.at);
}

/** Offset of the entry in which the walk stopped. */
export function rdbEntryAt(): f64 {
  return f64(walker.entryAt);
}

export function rdbFunctions(): f64 {
  return f64(walker.totals.functions);
}

export function rdbModuleAux(): f64 {
  return f64(walker.totals.moduleAux);
}

/** The rows of rdb-totals.ts, one for each type. */
export function rdbTypes(): usize {
  return walker.totals.types;
}

export function rdbDatabases(): usize {
  return walker.totals.databases;
}

export function rdbOtherDatabases(): usize {
  return walker.totals.others;
}

export function rdbDatabaseCount(): u32 {
  return walker.totals.databaseCount;
}

/** The aux fields as they stand in the file: a name, its value, the next name and so on. */
export function rdbAux(): usize {
  return walker.marks.aux.bytes;
}

export function rdbAuxLength(): u32 {
  return walker.marks.aux.length;
}

export function rdbAuxOmitted(): u32 {
  return walker.marks.aux.omitted;
}
