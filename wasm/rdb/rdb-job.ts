// The job that walks an RDB for TypeScript, and sums it up with CRC-64 on the way: each piece is walked
// and then summed while it is still in the processor's cache. With the checksum, pieces come in order
// and whole; without it, rdbNext steps over what the walk does not want to see. After a stop the pieces
// may go on for the checksum's sake, which is then taken to be the file's last eight bytes.
import { resetArena } from "../memory/arena";
import { crc64, openCrc64 } from "./crc64";
import { RdbInput } from "./rdb-input";
import { RdbWalker } from "./rdb-walker";
import { STEP_END, STEP_AGAIN, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";

const INPUT_CAPACITY: u32 = 256 * 1024;
const BATCH_CAPACITY: u32 = 1024;
const SEAL_BYTES: u64 = 8;
/** From this version on an RDB has a checksum; it is zero where the server was told to leave it out. */
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
/** The checksum in the file, as far as it was read, and how many of its bytes that are. */
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

/** Where the next piece is put, at most rdbInputCapacity bytes. */
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

/** A piece of `length` bytes from rdbNext on has been put at the input; the last step needed input. */
export function rdbFeed(length: u32): void {
  input.feed(u64(rdbNext()), length);
}

/**
 * Walks the piece. STEP_AGAIN: the batch must be taken. STEP_NEED_INPUT, STEP_END, STEP_ERROR: the
 * piece is used up; after STEP_ERROR more may be fed for the checksum only.
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

/** To be called when there are no more pieces: as rdbStep, but never STEP_NEED_INPUT. */
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

/** Takes the piece into the checksum, and the seal out of it. The seal is never nearer to the end. */
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

/** After the last step: whether the seal is right, as far as the file tells. */
export function rdbChecksum(): i32 {
  const isWhole = walker.stopReason == 0;
  if (walker.version < SEALED_FROM) return isWhole ? ABSENT : UNVERIFIED;
  if (!isSummed || sealLength < SEAL_BYTES) return UNVERIFIED;
  if (isWhole && seal == 0) return ABSENT;
  if (seal == crc) return RIGHT;
  return isWhole ? WRONG : UNVERIFIED;
}

/** The records found since they were last taken; the batch's columns hold them until the next step. */
export function rdbTakeBatch(): u32 {
  const count = walker.batch.count;
  walker.batch.count = 0;
  return count;
}

/** Where the column lies: recordAt, typeAt, valueAt, endAt, expiresAt, keyHash, database, type. */
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

/** As the header states it; 0 where there was none. */
export function rdbVersion(): u32 {
  return walker.version;
}

export function rdbIsValkey(): bool {
  return walker.isValkey;
}

/** Offset after the last byte that belongs to the RDB, once it has ended. */
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

/** Rows of rdb-totals.ts: one for each type, in order. */
export function rdbTypes(): usize {
  return walker.totals.types;
}

export function rdbDatabases(): usize {
  return walker.totals.databases;
}

export function rdbDatabaseCount(): u32 {
  return walker.totals.databaseCount;
}

/** Names and values of the aux fields in turn, as they stand in the file. */
export function rdbAux(): usize {
  return walker.aux.bytes;
}

export function rdbAuxLength(): u32 {
  return walker.aux.length;
}

export function rdbAuxOmitted(): u32 {
  return walker.aux.omitted;
}
