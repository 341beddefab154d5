// What stands in an RDB between the values and is remembered: the header, the database, expiries and aux fields. Each
// instruction measures the token at its address and keeps what it says.
import { take } from "../memory/arena";
import { AUX_MOST, AuxText } from "./rdb-aux";
import * as Grammar from "./rdb-grammar";
import { HEADER_BYTES, NO_VERSION, isValkeyHeader, readVersion } from "./rdb-header";
import { RdbStop } from "./rdb-stop";
import { BAD_DATABASE, BAD_MODULE_AUX, NOT_AN_RDB, UNKNOWN_VERSION } from "./rdb-stop-reasons";
import { BAD, MORE, lengthValue, measureLength, measureString } from "./rdb-token";

/** Redis counts databases in an int. */
const DATABASE_MOST: u64 = 0x7fffffff;
const NO_EXPIRY: i64 = -1;
const SUPPORTED_WHEN: u64 = 2;

@unmanaged
export class RdbMarks {
  isValkey: bool;
  /** The version in the header, or 0 before it is read. */
  version: u32;
  database: u32;
  /** Row of the current database in the totals. 0 until the database has a key. */
  databaseRow: usize;
  expiresAt: i64;
  aux: AuxText;
  /** The program of each type byte. */
  grammar: usize;
  private stop: RdbStop;

  static create(stop: RdbStop): RdbMarks {
    const marks = changetype<RdbMarks>(take(offsetof<RdbMarks>()));
    marks.stop = stop;
    marks.aux = AuxText.create();
    marks.grammar = take(Grammar.GRAMMAR_BYTES);
    marks.clear();
    return marks;
  }

  clear(): void {
    this.isValkey = false;
    this.version = 0;
    this.database = 0;
    this.databaseRow = 0;
    this.expiresAt = NO_EXPIRY;
    this.aux.clear();
  }

  @inline
  hasExpiry(): bool {
    return this.expiresAt != NO_EXPIRY;
  }

  @inline
  forgetExpiry(): void {
    this.expiresAt = NO_EXPIRY;
  }

  note(instruction: u8, at: usize, have: u64, position: u64): u64 {
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
        if (lengthValue > DATABASE_MOST) return this.stop.refuse(BAD_DATABASE, lengthValue, position);
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
        if (lengthValue == SUPPORTED_WHEN) return bytes;
        return this.stop.refuse(BAD_MODULE_AUX, lengthValue, position);
      }
      default:
        return this.header(at, have);
    }
  }

  private header(at: usize, have: u64): u64 {
    if (have < HEADER_BYTES) return MORE;
    const version = readVersion(at);
    if (version == NO_VERSION) return this.stop.refuse(NOT_AN_RDB, 0, 0);
    this.isValkey = isValkeyHeader(at);
    this.version = version;
    if (!Grammar.isVersionKnown(this.isValkey, version)) return this.stop.refuse(UNKNOWN_VERSION, version, 0);
    Grammar.fillGrammar(this.grammar, this.isValkey, version);
    return HEADER_BYTES;
  }
}
