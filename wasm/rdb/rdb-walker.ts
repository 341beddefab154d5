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
import { AUX_MOST, AuxText } from "./rdb-aux";
import { RecordBatch } from "./rdb-batch";
import * as Grammar from "./rdb-grammar";
import { HASHED_MOST, hashBytes } from "./rdb-hash";
import { HEADER_BYTES, NO_VERSION, isHeaderStart, isValkeyHeader, readVersion } from "./rdb-header";
import {
  BAD_DATABASE,
  BAD_MODULE_AUX,
  NOT_AN_RDB,
  PREFIX_WITHOUT_KEY,
  TOO_MANY_DATABASES,
  TRUNCATED,
  UNKNOWN_OPCODE,
  UNKNOWN_TYPE,
  UNKNOWN_VERSION,
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
  measureTextDouble,
  stepOverStrings,
  stringsLeft,
  tokenError,
  tokenErrorValue,
} from "./rdb-token";
import { Totals, countKey } from "./rdb-totals";
import { CHECKED_MOST, RdbValues, SCORE } from "./rdb-values";
import { STEP_AGAIN, STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";

/** Run never needs more bytes than this side by side. */
export const HELD_MOST: u32 = 2048;
/** The same, if values are checked. */
export const CHECKED_HELD_MOST: u32 = HELD_MOST + u32(CHECKED_MOST);
/** How many bytes behind the given ones may be loaded. They are not used. */
export const SLACK: u32 = 16;

/** Redis counts databases in an int. */
const DATABASE_MOST: u64 = 0x7fffffff;
const FUNCTION: u32 = 245;
const MODULE_AUX: u32 = 247;
const LZF: u8 = 0xc3;
const PACKED_NODE: u64 = 2;
const NO_EXPIRY: i64 = -1;

@unmanaged
export class RdbWalker {
  /** Offset in the file of the next byte that is needed. */
  position: u64;
  size: u64;
  batch: RecordBatch;
  totals: Totals;
  aux: AuxText;
  isValkey: bool;
  /** The version in the header, or 0 before it is read. */
  version: u32;
  functions: u64;
  moduleAux: u64;
  /** Offset of the checksum, after the end-of-file opcode. u64.MAX_VALUE until it is known. */
  sealAt: u64;
  /** Offset of the entry that is being read. All entries before it are whole. */
  entryAt: u64;
  /** Why the walk has stopped, or 0 if it has not. */
  stopReason: i32;
  stopValue: u64;
  stopAt: u64;

  values: RdbValues;
  private isChecked: bool;
  /** How the last node of a list is kept. */
  private container: u64;
  private program: usize;
  private grammar: usize;
  private loops: usize;
  private depth: u32;
  /** How many strings of a run of strings are still to come. */
  private left: u64;
  private isPrefixed: bool;
  private type: u32;
  private typeAt: u64;
  private valueAt: u64;
  private expiresAt: i64;
  private keyHash: u64;
  private database: u32;
  /** Row of the current database in the totals. 0 until the database has a key. */
  private databaseRow: usize;

  static create(size: u64, batchCapacity: u32): RdbWalker {
    const walker = changetype<RdbWalker>(take(offsetof<RdbWalker>()));
    walker.size = min(size, LONGEST);
    walker.batch = RecordBatch.create(batchCapacity);
    walker.totals = Totals.create();
    walker.aux = AuxText.create();
    walker.grammar = take(Grammar.GRAMMAR_BYTES);
    walker.loops = take(Grammar.LOOPS_MOST * 8);
    walker.isChecked = false;
    walker.restart();
    return walker;
  }

  /** From now on, values are looked into. `run` then needs up to CHECKED_HELD_MOST bytes side by side. */
  check(): void {
    this.values = RdbValues.create(this.size);
    this.isChecked = true;
  }

  /** Goes back to the beginning of the file and forgets what was counted. */
  restart(): void {
    this.batch.count = 0;
    this.totals.clear();
    this.aux.clear();
    this.position = 0;
    this.isValkey = false;
    this.version = 0;
    this.functions = 0;
    this.moduleAux = 0;
    this.sealAt = u64.MAX_VALUE;
    this.entryAt = 0;
    this.stopReason = 0;
    this.program = Grammar.START;
    this.depth = 0;
    this.left = 0;
    this.isPrefixed = false;
    this.expiresAt = NO_EXPIRY;
    this.database = 0;
    this.databaseRow = 0;
  }

  /** Walks `length` bytes at `at`, which lie in the file at `position`. */
  run(at: usize, length: u32): i32 {
    if (this.stopReason != 0) return STEP_ERROR;
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
          bytes = this.looked(p, have, measureString(p, have), origin);
          break;
        case Grammar.PACKED:
          bytes = this.packed(p, have, origin);
          break;
        case Grammar.NODE:
          bytes =
            this.container == PACKED_NODE
              ? this.packed(p, have, origin)
              : this.looked(p, have, measureString(p, have), origin);
          break;
        case Grammar.SCORE:
          if (this.isChecked) {
            if (have < 8) return this.pause(origin + p, program, STEP_NEED_INPUT);
            const score = load<f64>(p);
            if (score != score) this.values.refuse(SCORE, origin + p);
          }
          bytes = 8;
          break;
        case Grammar.STRINGS: {
          p = stepOverStrings(p, end, this.left);
          this.left = stringsLeft;
          if (this.left == 0) {
            program = next;
            continue;
          }
          bytes = this.looked(p, u64(end - p), measureString(p, u64(end - p)), origin);
          if (bytes != MORE && bytes != BAD) this.left--;
          next = program;
          break;
        }
        case Grammar.LENGTH:
          bytes = measureLength(p, have);
          break;
        case Grammar.RAW:
          bytes = u64(load<u8>(program, 1));
          next = program + 2;
          break;
        case Grammar.TEXT_DOUBLE:
          bytes = measureTextDouble(p, have);
          if (this.isChecked && bytes != MORE) {
            if (have < bytes) bytes = MORE;
            else this.values.checkTextScore(p, origin + p);
          }
          break;
        case Grammar.CONTAINER:
          bytes = measureContainer(p, have);
          this.container = lengthValue;
          break;
        case Grammar.COUNT:
          bytes = measureCount(p, have);
          this.left = lengthValue * u64(load<u8>(program, 1));
          next = program + 2;
          break;
        case Grammar.LOOP:
          bytes = measureCount(p, have);
          if (bytes == MORE || bytes == BAD) break;
          next = program + 2;
          if (lengthValue == 0) next += usize(load<u8>(program, 1)) + 2;
          else store<u64>(this.loops + this.depth++ * 8, lengthValue);
          break;
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
          if (!this.addRecord(origin + p)) return STEP_ERROR;
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
          this.functions += u64(this.type == FUNCTION);
          this.moduleAux += u64(this.type == MODULE_AUX);
          program = Grammar.NEXT_ENTRY;
          continue;
        case Grammar.SEAL:
          this.sealAt = origin + p;
          program = next;
          continue;
        case Grammar.FINISH:
          return this.pause(origin + p, program, STEP_END);
        default:
          bytes = this.note(instruction, p, have, origin);
      }
      if (bytes == MORE) return this.pause(origin + p, program, STEP_NEED_INPUT);
      if (bytes == BAD) return this.stopAtToken(origin + p);
      program = next;
      if (bytes <= u64(end - p)) {
        p += usize(bytes);
        continue;
      }
      const beyond = origin + p + bytes;
      if (beyond > this.size) return this.stop(TRUNCATED, 0, this.size);
      return this.pause(beyond, program, STEP_NEED_INPUT);
    }
  }

  /** Call this at the end of the file: STEP_END, or STEP_ERROR if more had to come. */
  finish(at: usize, length: u32): i32 {
    if (this.stopReason != 0) return STEP_ERROR;
    const instruction = load<u8>(this.program);
    if (instruction == Grammar.FINISH) return STEP_END;
    const isNoRdb = instruction == Grammar.HEADER && !isHeaderStart(at, length);
    return isNoRdb ? this.stop(NOT_AN_RDB, 0, 0) : this.stop(TRUNCATED, 0, this.size);
  }

  private pause(position: u64, program: usize, outcome: i32): i32 {
    this.position = position;
    this.program = program;
    return outcome;
  }

  private stop(reason: i32, value: u64, at: u64): i32 {
    this.stopReason = reason;
    this.stopValue = value;
    this.stopAt = at;
    return STEP_ERROR;
  }

  /** Ends the walk because of a bad token, unless it has stopped already. */
  private stopAtToken(at: u64): i32 {
    return this.stopReason != 0 ? STEP_ERROR : this.stop(tokenError, tokenErrorValue, at);
  }

  /** Looks into a measured string, if it is compressed. MORE if the whole string must be there first. */
  @inline
  private looked(at: usize, have: u64, bytes: u64, origin: u64): u64 {
    if (!this.isChecked || bytes == MORE || bytes == BAD || load<u8>(at) != LZF) return bytes;
    if (!this.canCheck(at, bytes, origin)) return bytes;
    if (have < bytes) return MORE;
    this.values.checkCompressed(at, origin + at);
    return bytes;
  }

  /** Measures a packed string and looks into it. */
  private packed(at: usize, have: u64, origin: u64): u64 {
    const bytes = measureString(at, have);
    if (!this.isChecked || bytes == MORE || bytes == BAD) return bytes;
    if (!this.canCheck(at, bytes, origin)) return bytes;
    if (have < bytes) return MORE;
    this.values.checkPacked(this.type, at, origin + at);
    return bytes;
  }

  /** Whether a string is whole in the file, and is to be looked into. */
  private canCheck(at: usize, bytes: u64, origin: u64): bool {
    return origin + at + bytes <= this.size && this.values.take(u32(load<u8>(at)), bytes);
  }

  /** Measures a key and hashes it. */
  @inline
  private key(at: usize, have: u64, origin: u64): u64 {
    const bytes = measureString(at, have);
    if (bytes == MORE || bytes == BAD) return bytes;
    const hashed = u32(min(bytes, u64(HASHED_MOST)));
    if (have < u64(hashed) || this.looked(at, have, bytes, origin) == MORE) return MORE;
    this.keyHash = hashBytes(u64(this.database), at, hashed);
    this.valueAt = origin + at + bytes;
    return bytes;
  }

  /** The program of an entry with this type byte. 0 if the walk stops here. */
  @inline
  private beginEntry(type: u32, at: u64): usize {
    const program = usize(load<u32>(this.grammar + type * 4));
    const isOpcode = type >= Grammar.FIRST_OPCODE;
    if (program == 0) {
      this.stop(isOpcode ? UNKNOWN_OPCODE : UNKNOWN_TYPE, type, at);
      return 0;
    }
    if (isOpcode && this.isPrefixed && !Grammar.isPrefix(type)) {
      this.stop(PREFIX_WITHOUT_KEY, type, at);
      return 0;
    }
    this.type = type;
    this.typeAt = at;
    return program;
  }

  @inline
  private addRecord(end: u64): bool {
    if (this.databaseRow == 0) {
      this.databaseRow = this.totals.database(this.database);
      if (this.databaseRow == 0) {
        this.stop(TOO_MANY_DATABASES, this.database, this.typeAt);
        return false;
      }
    }
    const bytes = end - this.entryAt;
    this.batch.add(
      this.entryAt,
      this.typeAt,
      this.valueAt,
      end,
      this.expiresAt,
      this.keyHash,
      this.database,
      this.type,
    );
    this.totals.countType(this.type, bytes);
    countKey(this.databaseRow, this.expiresAt != NO_EXPIRY, bytes);
    this.isPrefixed = false;
    this.expiresAt = NO_EXPIRY;
    return true;
  }

  /** The rare instructions: measures the token at `at` and keeps what it says. */
  private note(instruction: u8, at: usize, have: u64, origin: u64): u64 {
    switch (instruction) {
      case Grammar.EXPIRY_MILLISECONDS:
        if (have < 8) return MORE;
        this.expiresAt = load<i64>(at);
        return 8;
      case Grammar.EXPIRY_SECONDS:
        if (have < 4) return MORE;
        this.expiresAt = i64(load<i32>(at)) * 1000;
        return 4;
      case Grammar.DATABASE: {
        const bytes = measureLength(at, have);
        if (bytes == MORE || bytes == BAD) return bytes;
        if (lengthValue > DATABASE_MOST) return this.refuse(BAD_DATABASE, lengthValue, origin + at);
        this.database = u32(lengthValue);
        this.databaseRow = 0;
        return bytes;
      }
      case Grammar.AUX_NAME:
      case Grammar.AUX_VALUE: {
        const bytes = measureString(at, have);
        if (bytes == MORE || bytes == BAD) return bytes;
        if (bytes <= u64(AUX_MOST) && have < bytes) return MORE;
        if (instruction == Grammar.AUX_NAME) this.aux.name(at, bytes);
        else this.aux.value(at, bytes);
        return bytes;
      }
      case Grammar.MODULE_WHEN: {
        const bytes = measureLength(at, have);
        if (bytes == MORE || bytes == BAD) return bytes;
        if (lengthValue != 2) return this.refuse(BAD_MODULE_AUX, lengthValue, origin + at);
        return bytes;
      }
      default:
        return this.header(at, have);
    }
  }

  private header(at: usize, have: u64): u64 {
    if (have < HEADER_BYTES) return MORE;
    const version = readVersion(at);
    if (version == NO_VERSION) return this.refuse(NOT_AN_RDB, 0, 0);
    this.isValkey = isValkeyHeader(at);
    this.version = version;
    if (!Grammar.isVersionKnown(this.isValkey, version))
      return this.refuse(UNKNOWN_VERSION, version, 0);
    Grammar.fillGrammar(this.grammar, this.isValkey, version);
    return HEADER_BYTES;
  }

  private refuse(reason: i32, value: u64, at: u64): u64 {
    this.stop(reason, value, at);
    return BAD;
  }
}
