// The walk through an RDB: finds the record of every key without holding any value. It runs the programs
// of rdb-grammar.ts over pieces of any size. A string is skipped by its length, so its body need not be
// there. Whatever the walk does not know ends it with a reason and an offset: everything before is right,
// and nothing after is guessed. Each turn of the loop uses up bytes or ends a finite repetition, so a
// hostile count ends with the file.
//
// The caller runs run(at, length) on the bytes from `position` on:
//   STEP_AGAIN       the batch is full: empty it
//   STEP_NEED_INPUT  `position` says which bytes are needed next. Either a string was skipped, and they
//                    lie beyond the bytes given so far. Or a token was cut in two, and they begin in the
//                    last HELD_MOST of those bytes: give at least one byte more.
//   STEP_ERROR       stopped: see stopReason
// At the end of the file, the caller runs what is left, even if that is nothing, and then finish().
import { take } from "../memory/arena";
import { RecordBatch } from "./rdb-batch";
import * as Grammar from "./rdb-grammar";
import { HASHED_MOST, hashBytes } from "./rdb-hash";
import { isHeaderStart } from "./rdb-header";
import { RdbNewer } from "./rdb-newer";
import { RdbMarks } from "./rdb-marks";
import { RdbStop } from "./rdb-stop";
import {
  NOT_AN_RDB,
  TRUNCATED,
  UNKNOWN_OPCODE,
  UNKNOWN_TYPE,
} from "./rdb-stop-reasons";
import {
  BAD,
  LONGEST,
  MORE,
  isLastItem,
  lengthValue,
  measureContainer,
  measureCount,
  measureLength,
  measureModuleItem,
  measureString,
  stepOverStrings,
  stringsLeft,
  tokenError,
  tokenErrorValue,
} from "./rdb-token";
import { Totals, countKey } from "./rdb-totals";
import { measureUnchecked } from "./rdb-unchecked";
import { Checks, SCORE_BYTES } from "./values/checks";
import { Work } from "./values/work";
import { STEP_AGAIN, STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";

/** Run never needs more bytes than this side by side. */
export const HELD_MOST: u32 = 2048;
/** How many bytes behind the given ones may be loaded. They are not used. */
export const SLACK: u32 = 16;

@unmanaged
export class RdbWalker {
  /** Offset in the file of the next byte that is needed. */
  position: u64;
  size: u64;
  batch: RecordBatch;
  totals: Totals;
  marks: RdbMarks;
  stop: RdbStop;
  private newer: RdbNewer;
  /** Offset of the checksum, after the end-of-file opcode. u64.MAX_VALUE until it is known. */
  sealAt: u64;
  /** Offset of the entry that is being read. All entries before it are whole. */
  entryAt: u64;

  /** There only if values are checked. */
  checks: Checks;
  private isChecked: bool;
  /** Whether the record or the opcode that is walked is looked into. */
  private isLooking: bool;
  /** How the last node of a list is kept. */
  private container: u64;
  private program: usize;
  private loops: usize;
  private depth: u32;
  /** How many strings of a run of strings are still to come. */
  private left: u64;
  private isPrefixed: bool;
  private type: u32;
  private typeAt: u64;
  private valueAt: u64;
  private keyHash: u64;

  static create(size: u64, batchCapacity: u32): RdbWalker {
    const walker = changetype<RdbWalker>(take(offsetof<RdbWalker>()));
    walker.size = min(size, LONGEST);
    walker.batch = RecordBatch.create(batchCapacity);
    walker.totals = Totals.create();
    walker.stop = RdbStop.create();
    walker.marks = RdbMarks.create(walker.stop);
    walker.newer = RdbNewer.create(walker.stop);
    walker.loops = take(Grammar.LOOPS_MOST * 8);
    walker.isChecked = false;
    walker.isLooking = false;
    walker.restart();
    return walker;
  }

  /** From now on, values are looked into. `run` then needs up to `work.stringMost` bytes more side by side. */
  check(work: Work): void {
    this.checks = Checks.create(this.size, work);
    this.isChecked = true;
  }

  /** Goes back to the beginning of the file and forgets what was counted. */
  restart(): void {
    this.batch.count = 0;
    this.totals.clear();
    this.marks.clear();
    this.newer.clear();
    this.position = 0;
    this.sealAt = u64.MAX_VALUE;
    this.entryAt = 0;
    this.stop.reason = 0;
    this.program = Grammar.START;
    this.depth = 0;
    this.left = 0;
    this.isPrefixed = false;
  }

  /** Walks `length` bytes at `at`, which lie in the file at `position`. */
  run(at: usize, length: u32): i32 {
    if (this.stop.reason != 0) return STEP_ERROR;
    const origin = this.position - u64(at);
    const end = at + length;
    let p = at;
    let program = this.program;
    while (true) {
      const have = u64(end - p);
      const instruction = load<u8>(program);
      let bytes: u64;
      let next = program + 1;
      switch (instruction) {
        case Grammar.STRING:
          bytes = this.string(p, have, origin);
          break;
        case Grammar.STRINGS:
          p = stepOverStrings(p, end, this.left);
          this.left = stringsLeft;
          if (this.left == 0) {
            program = next;
            continue;
          }
          bytes = this.string(p, u64(end - p), origin);
          if (bytes != MORE && bytes != BAD) this.left--;
          next = program;
          break;
        case Grammar.MEMBERS:
          p = this.stepOverMembers(p, end, origin);
          if (this.left == 0) {
            program = next;
            continue;
          }
          bytes = this.isLooking
            ? this.checks.element(p, u64(end - p), origin + p, this.checks.elements.isName(this.left))
            : measureString(p, u64(end - p));
          if (bytes != MORE && bytes != BAD) this.left--;
          next = program;
          break;
        case Grammar.NODE:
          bytes = this.isLooking
            ? this.checks.node(this.container, p, have, origin + p)
            : measureString(p, have);
          break;
        case Grammar.SCORE:
          if (this.isLooking) {
            if (have < SCORE_BYTES) return this.pause(origin + p, program, STEP_NEED_INPUT);
            this.checks.score(p, origin + p);
          }
          bytes = SCORE_BYTES;
          break;
        case Grammar.LENGTH:
          bytes = measureLength(p, have);
          break;
        case Grammar.RAW:
          bytes = u64(load<u8>(program, 1));
          next = program + 2;
          break;
        case Grammar.CONTAINER:
          bytes = measureContainer(p, have);
          this.container = lengthValue;
          break;
        case Grammar.COUNT:
          bytes = measureCount(p, have);
          if (bytes == MORE || bytes == BAD) break;
          this.left = lengthValue * u64(load<u8>(program, 1));
          if (this.isLooking) this.checks.beginElements(this.marks.isValkey, lengthValue);
          next = program + 2;
          break;
        case Grammar.LOOP:
          bytes = measureCount(p, have);
          if (bytes == MORE || bytes == BAD) break;
          if (this.isLooking) this.checks.beginElements(this.marks.isValkey, lengthValue);
          next = this.beginLoop(program, lengthValue);
          break;
        case Grammar.ITERATE:
          program = this.beginLoop(program, this.left);
          continue;
        case Grammar.NEXT: {
          const counter = this.loops + (this.depth - 1) * 8;
          const left = load<u64>(counter) - 1;
          store<u64>(counter, left);
          if (left == 0) {
            this.depth--;
            program += 2;
          } else {
            program -= usize(load<u8>(program, 1));
          }
          continue;
        }
        case Grammar.MODULE_ITEMS:
          bytes = measureModuleItem(p, have);
          if (!isLastItem) next = program;
          break;
        case Grammar.KEY:
          bytes = this.key(p, have, origin);
          break;
        case Grammar.END_OF_KEY:
          this.addRecord(origin + p);
          program = Grammar.NEXT_ENTRY;
          continue;
        case Grammar.ENTRY:
          if (this.batch.count == this.batch.capacity) {
            return this.pause(origin + p, program, STEP_AGAIN);
          }
          if (!this.isPrefixed) this.entryAt = origin + p;
          if (have == 0) return this.pause(origin + p, program, STEP_NEED_INPUT);
          next = this.beginEntry(u32(load<u8>(p)), origin + p);
          if (next == 0) return STEP_ERROR;
          bytes = 1;
          break;
        case Grammar.END_OF_PREFIX:
          this.isPrefixed = true;
          program = Grammar.NEXT_ENTRY;
          continue;
        case Grammar.END_OF_OPCODE:
          this.totals.countOpcode(this.type);
          program = Grammar.NEXT_ENTRY;
          continue;
        case Grammar.SEAL:
          this.sealAt = origin + p;
          program = next;
          continue;
        case Grammar.FINISH:
          return this.pause(origin + p, program, STEP_END);
        case Grammar.END_OF_GROUP:
          if (this.isLooking) this.checks.endGroup(origin + p);
          program = next;
          continue;
        default:
          bytes = this.token(instruction, p, have, origin);
      }
      if (bytes == MORE) return this.pause(origin + p, program, STEP_NEED_INPUT);
      if (bytes == BAD) return this.stopAtToken(origin + p);
      program = next;
      if (bytes <= u64(end - p)) {
        p += usize(bytes);
        continue;
      }
      const beyond = origin + p + bytes;
      if (beyond > this.size) return this.stop.note(TRUNCATED, 0, this.size);
      return this.pause(beyond, program, STEP_NEED_INPUT);
    }
  }

  /** Call this at the end of the file: STEP_END, or STEP_ERROR if more had to come. */
  finish(at: usize, length: u32): i32 {
    if (this.stop.reason != 0) return STEP_ERROR;
    const instruction = load<u8>(this.program);
    if (instruction == Grammar.FINISH) return STEP_END;
    const isNoRdb = instruction == Grammar.HEADER && !isHeaderStart(at, length);
    return isNoRdb ? this.stop.note(NOT_AN_RDB, 0, 0) : this.stop.note(TRUNCATED, 0, this.size);
  }

  /** Call this when the walk has ended, before its faults are read. */
  settle(): void {
    if (this.isChecked) this.checks.settle();
  }

  private pause(position: u64, program: usize, outcome: i32): i32 {
    this.position = position;
    this.program = program;
    return outcome;
  }

  /** Where the program goes on when a loop of `count` turns begins. */
  @inline
  private beginLoop(program: usize, count: u64): usize {
    if (count == 0) return program + usize(load<u8>(program, 1)) + 4;
    store<u64>(this.loops + this.depth++ * 8, count);
    return program + 2;
  }

  /** Ends the walk because of a bad token, unless it has stopped already. */
  private stopAtToken(at: u64): i32 {
    return this.stop.reason != 0 ? STEP_ERROR : this.stop.note(tokenError, tokenErrorValue, at);
  }

  /** Measures a string, and looks into it. */
  @inline
  private string(at: usize, have: u64, origin: u64): u64 {
    const bytes = measureString(at, have);
    if (this.isLooking) return this.checks.string(at, have, bytes, origin + at);
    if (this.isChecked && bytes != MORE && bytes != BAD) this.checks.skip(this.type, u32(load<u8>(at)));
    return bytes;
  }

  /** Steps over the strings that are whole, and counts those that are left. */
  @inline
  private stepOverMembers(at: usize, end: usize, origin: u64): usize {
    const next = this.isLooking
      ? this.checks.elements.step(at, end, this.left, origin)
      : stepOverStrings(at, end, this.left);
    this.left = this.isLooking ? this.checks.elements.left : stringsLeft;
    return next;
  }

  /** Measures the token of a rare instruction, or of one that may be checked. */
  private token(instruction: u8, at: usize, have: u64, origin: u64): u64 {
    const position = origin + at;
    if (instruction >= Grammar.FIRST_NEWER) {
      const bytes = this.newer.measure(instruction, at, have, position, this.left);
      this.left = this.newer.left;
      return bytes;
    }
    if (instruction >= Grammar.FIRST_CHECKED) {
      return this.isLooking
        ? this.checks.token(instruction, at, have, position)
        : measureUnchecked(instruction, at, have);
    }
    const isAux = instruction == Grammar.AUX_NAME || instruction == Grammar.AUX_VALUE;
    if (isAux && this.isLooking && this.string(at, have, origin) == MORE) return MORE;
    return this.marks.note(instruction, at, have, position);
  }

  /** Measures a key and hashes it. */
  @inline
  private key(at: usize, have: u64, origin: u64): u64 {
    const database = this.marks.database;
    const bytes = this.isLooking
      ? this.checks.beginKey(at, have, database, origin + at)
      : measureString(at, have);
    if (bytes == MORE || bytes == BAD) return bytes;
    const hashed = u32(min(bytes, u64(HASHED_MOST)));
    if (have < u64(hashed)) return MORE;
    this.keyHash = hashBytes(u64(database), at, hashed);
    this.valueAt = origin + at + bytes;
    return bytes;
  }

  /** The program of an entry with this type byte. 0 if the walk stops here. */
  @inline
  private beginEntry(type: u32, at: u64): usize {
    const program = usize(load<u32>(this.marks.grammar + type * 4));
    const isOpcode = type >= Grammar.FIRST_OPCODE;
    if (program == 0) {
      this.stop.note(isOpcode ? UNKNOWN_OPCODE : UNKNOWN_TYPE, type, at);
      return 0;
    }
    // A server keeps an expiry for the next key, whatever stands between.
    if (isOpcode && !Grammar.isPrefix(type, this.marks.isValkey)) {
      this.isPrefixed = false;
      this.entryAt = at;
    }
    if (this.isChecked) {
      this.isLooking = isOpcode ? type != Grammar.METADATA_OR_IMPORT : this.checks.beginRecord(type, at);
    }
    this.type = type;
    this.typeAt = at;
    return program;
  }

  @inline
  private addRecord(end: u64): void {
    if (this.isLooking) this.checks.endValue();
    const marks = this.marks;
    if (marks.databaseRow == 0) marks.databaseRow = this.totals.database(marks.database);
    const bytes = end - this.entryAt;
    this.batch.add(
      this.entryAt,
      this.typeAt,
      this.valueAt,
      end,
      marks.expiresAt,
      this.keyHash,
      marks.database,
      this.type,
    );
    this.totals.countType(this.type, bytes);
    countKey(marks.databaseRow, marks.hasExpiry(), bytes);
    this.isPrefixed = false;
    marks.forgetExpiry();
  }
}
