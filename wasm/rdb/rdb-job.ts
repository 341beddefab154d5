// The job that walks an RDB for TypeScript and sums up its CRC-64. Each piece is walked and summed while
// it is in the processor's cache. With the checksum, pieces must follow each other. Without it, rdbNext
// skips what the walk does not need to see. When the walk has stopped, pieces may go on for the checksum
// alone, which is then taken to be the last eight bytes of the file.
import { resetArena } from "../memory/arena";
import { crc64, openCrc64 } from "./crc64";
import { RdbInput } from "./rdb-input";
import { RdbWalker } from "./rdb-walker";
import { STEP_END, STEP_AGAIN, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";

const INPUT_CAPACITY: u32 = 256 * 1024;
const BATCH_CAPACITY: u32 = 1024;
const SEAL_BYTES: u64 = 8;
/** An RDB has a checksum from this version on. It is 0 if the server was told to write none. */
const SEALED_FROM: u32 = 5;

// What rdbChecksum returns.
const UNVERIFIED = 0;
const RIGHT = 1;
const WRONG = 2;
const ABSENT = 3;

let walker: RdbWalker = changetype<RdbWalker>(0);
let input: RdbInput = changetype<RdbInput>(0);
let isSummed: bool = false;
let crc: u64 = 0;
/** The checksum in the file as far as it was read, and how many of its bytes that is. */
let seal: u64 = 0;
let sealLength: u64 = 0;

/** Starts the walk through a file of `size` bytes. */
export function rdbOpen(size: f64, withChecksum: bool): void {
  resetArena();
  walker = RdbWalker.create(u64(size), BATCH_CAPACITY);
  input = RdbInput.create(INPUT_CAPACITY);
  isSummed = withChecksum;
  if (isSummed) openCrc64();
  crc = 0;
  seal = 0;
  sealLength = 0;
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
  return f64(isSummed ? input.end() : max(input.end(), walker.position));
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
  if (walker.stopReason != 0) outcome = STEP_ERROR;
  else if (walker.position < input.end()) outcome = walk();
  if (outcome == STEP_AGAIN) return outcome;
  if (isSummed) sum();
  input.release(outcome == STEP_NEED_INPUT ? walker.position : input.end());
  return outcome;
}

/** Call this when there are no more pieces. Like rdbStep, but never STEP_NEED_INPUT. */
export function rdbFinish(): i32 {
  if (walker.stopReason != 0) return STEP_ERROR;
  if (walker.position > input.end()) return walker.finish(input.room, 0);
  const outcome = walk();
  if (outcome != STEP_NEED_INPUT) return outcome;
  return walker.finish(input.at(walker.position), u32(input.end() - walker.position));
}

function walk(): i32 {
  return walker.run(input.at(walker.position), u32(input.end() - walker.position));
}

/** Adds the piece to the sum, up to where the checksum in the file begins, and reads the checksum. */
function sum(): void {
  const sealAt = min(walker.sealAt, walker.size - min(walker.size, SEAL_BYTES));
  const end = input.end();
  let at = input.start;
  if (at < sealAt) {
    const next = min(end, sealAt);
    crc = crc64(crc, input.at(at), usize(next - at));
    at = next;
  }
  while (at < end && sealLength < SEAL_BYTES) {
    seal |= u64(load<u8>(input.at(at))) << (sealLength * 8);
    sealLength++;
    at++;
  }
}

/** Call this after the last step: whether the checksum in the file is right. */
export function rdbChecksum(): i32 {
  const isWhole = walker.stopReason == 0;
  if (walker.version < SEALED_FROM) return isWhole ? ABSENT : UNVERIFIED;
  if (!isSummed || sealLength < SEAL_BYTES) return UNVERIFIED;
  if (isWhole && seal == 0) return ABSENT;
  if (seal == crc) return RIGHT;
  return isWhole ? WRONG : UNVERIFIED;
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
  return walker.version;
}

export function rdbIsValkey(): bool {
  return walker.isValkey;
}

/** Offset after the last byte of the RDB, once the walk has reached its end. */
export function rdbEnd(): f64 {
  return f64(walker.position);
}

export function rdbStopReason(): i32 {
  return walker.stopReason;
}

export function rdbStopValue(): f64 {
  return f64(walker.stopValue);
}

export function rdbStopAt(): f64 {
  return f64(walker.stopAt);
}

/** Offset of the entry in which the walk stopped. */
export function rdbEntryAt(): f64 {
  return f64(walker.entryAt);
}

export function rdbFunctions(): f64 {
  return f64(walker.functions);
}

export function rdbModuleAux(): f64 {
  return f64(walker.moduleAux);
}

/** The rows of rdb-totals.ts, one for each type. */
export function rdbTypes(): usize {
  return walker.totals.types;
}

export function rdbDatabases(): usize {
  return walker.totals.databases;
}

export function rdbDatabaseCount(): u32 {
  return walker.totals.databaseCount;
}

/** The aux fields as they stand in the file: a name, its value, the next name and so on. */
export function rdbAux(): usize {
  return walker.aux.bytes;
}

export function rdbAuxLength(): u32 {
  return walker.aux.length;
}

export function rdbAuxOmitted(): u32 {
  return walker.aux.omitted;
}
