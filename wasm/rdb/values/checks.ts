// Checks what the walk steps over: strings that are compressed, packed values, scores, and names that are there twice.
// Damage there does not end the walk, since the lengths are known. Memory and time are bounded (work.ts): what does not
// fit is counted. A method that measures a token returns MORE if the whole token must be in memory first.
import { take } from "../../memory/arena";
import * as Grammar from "../rdb-grammar";
import { BAD, MORE, lengthValue, measureLength, measureString, measureTextDouble } from "../rdb-token";
import { Elements } from "./elements";
import { Faults } from "./faults";
import { HashQueue, NOWHERE } from "./hash-queue";
import { HashSet } from "./hash-set";
import { checkPacked, isEmptyPacked } from "./packed";
import { isScoreText } from "./score-text";
import { ID_BYTES, Streams } from "./streams";
import { DAMAGED, LZF, NUMBER, StringText, TOO_LONG, expandedLength, isCompressedSound } from "./text";
import * as Verdict from "./verdicts";
import { REFUSED, worse } from "./verdicts";
import { KEY_UNITS, RECORD_UNITS, Work, compressedUnits, expandedUnits, packedUnits } from "./work";

export const SCORE_BYTES: u64 = 8;
const PACKED_NODE: u64 = 2;
/** As many bytes of a file are guessed to have one key. */
const KEY_BYTES: u64 = 128;
/** No string that is longer can be the id of a node. */
const ID_STRING_MOST: u64 = 64;

@unmanaged
export class Checks {
  faults: Faults;
  elements: Elements;
  private streams: Streams;
  private work: Work;
  private names: HashSet;
  private keys: HashQueue;
  private text: StringText;
  private size: u64;
  private type: u32;
  /** Hash of the key whose value is walked. 0 if it is not compared. */
  private key: u64;
  private keyAt: u64;
  /** Whether the number of elements of the value has been told. */
  private hasBegun: bool;
  /** Whether the value has no element. A server does not load its key then. */
  private isEmpty: bool;

  /** @param size of the file */
  static create(size: u64, work: Work): Checks {
    const checks = changetype<Checks>(take(offsetof<Checks>()));
    checks.size = size;
    checks.work = work;
    checks.key = 0;
    checks.faults = Faults.create();
    checks.names = HashSet.create(work.nameSlots);
    checks.keys = HashQueue.create(HashSet.create(work.keySlots));
    checks.keys.begin(size / KEY_BYTES);
    checks.text = StringText.create(work.expandedMost);
    checks.elements = Elements.create(checks.names, work, checks.faults);
    checks.streams = Streams.create(checks.names, work, checks.faults);
    return checks;
  }

  /** Measures a key and hashes it. */
  beginKey(at: usize, have: u64, database: u32, position: u64): u64 {
    const bytes = measureString(at, have);
    if (bytes == MORE || bytes == BAD) return bytes;
    this.key = 0;
    if (this.keys.leftOut != 0 || !this.isInReach(bytes, position)) {
      if (this.string(at, have, bytes, position) == MORE) return MORE;
      if (this.isWhole(bytes, position)) this.faults.skippedKeys++;
      return bytes;
    }
    if (have < bytes) return MORE;
    const kind = this.read(at, position);
    this.work.spend(KEY_UNITS);
    if (kind == TOO_LONG) this.faults.skippedKeys++;
    if (kind == TOO_LONG || kind == DAMAGED) return bytes;
    this.key = this.text.hash(u64(database), kind);
    this.keyAt = position;
    return bytes;
  }

  /** Begins a record. Whether it is looked into: otherwise nothing more must be called for it. */
  beginRecord(type: u32, position: u64): bool {
    if (!this.work.isLeft(position)) {
      this.faults.skippedKeys++;
      if (type != Verdict.STRING) this.faults.skippedValues++;
      return false;
    }
    this.work.spend(RECORD_UNITS);
    this.type = type;
    this.hasBegun = false;
    this.isEmpty = false;
    return true;
  }

  /** Takes note of a string, with its first byte, that is not looked into. Of other types, the record was counted. */
  skip(type: u32, first: u32): void {
    if (first == LZF && type == Verdict.STRING) this.faults.skippedValues++;
  }

  /** The value is made of `count` elements. Counts inside of elements change nothing. */
  beginElements(isValkey: bool, count: u64): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    const type = this.type;
    if (Verdict.isStream(type)) {
      this.streams.begin(type, count);
      return;
    }
    this.isEmpty = count == 0 || type == Verdict.LIST_NODES || type == Verdict.ZIPLIST_NODES;
    this.elements.begin(type, isValkey, count);
  }

  /** Ends the value, and with it the key. */
  endValue(): void {
    this.elements.end();
    this.streams.end();
    if (this.key == 0 || this.isEmpty) return;
    this.keys.add(this.key, this.keyAt);
    this.key = 0;
  }

  /** Call this when the walk has ended. */
  settle(): void {
    const keys = this.keys;
    keys.settle();
    this.faults.skippedKeys += keys.leftOut;
    keys.leftOut = 0;
    if (keys.twiceAt != NOWHERE) this.faults.refuse(Verdict.KEY_TWICE, keys.twiceAt);
  }

  /** Ends a group of a stream. */
  endGroup(position: u64): void {
    this.streams.endGroup(position);
  }

  /** Looks into a string that was measured, if it is compressed. */
  @inline
  string(at: usize, have: u64, bytes: u64, position: u64): u64 {
    if (bytes == MORE || bytes == BAD || u32(load<u8>(at)) != LZF) return bytes;
    return this.compressed(at, have, bytes, position);
  }

  private compressed(at: usize, have: u64, bytes: u64, position: u64): u64 {
    if (!this.isInReach(bytes, position)) {
      if (this.isWhole(bytes, position)) this.faults.skippedValues++;
      return bytes;
    }
    if (have < bytes) return MORE;
    this.work.spend(compressedUnits(bytes));
    if (!isCompressedSound(at)) this.faults.refuse(Verdict.COMPRESSED, position);
    return bytes;
  }

  /** Measures and checks the token of an instruction from Grammar.FIRST_CHECKED on. */
  token(instruction: u8, at: usize, have: u64, position: u64): u64 {
    switch (instruction) {
      case Grammar.PACKED:
        return this.packed(at, have, position);
      case Grammar.TEXT_DOUBLE:
        return this.textScore(at, have, position);
      case Grammar.MEMBER:
      case Grammar.FIELD_VALUE:
        return this.element(at, have, position, instruction == Grammar.MEMBER);
      case Grammar.NODE_ID:
        return this.nodeId(at, have, position);
      case Grammar.GROUP_NAME:
      case Grammar.CONSUMER_NAME:
        return this.streamName(at, have, position, instruction == Grammar.GROUP_NAME);
      case Grammar.STREAM_LENGTH:
        return this.streamLength(at, have, position);
      default:
        return this.pending(at, have, position, instruction == Grammar.PENDING);
    }
  }

  /** Measures and checks a node of a list in its container. */
  node(container: u64, at: usize, have: u64, position: u64): u64 {
    if (container == PACKED_NODE) return this.packed(at, have, position);
    const bytes = this.string(at, have, measureString(at, have), position);
    if (bytes == MORE || bytes == BAD) return bytes;
    this.isEmpty = false;
    if (expandedLength(at, have) == 0) this.faults.refuse(Verdict.EMPTY_NODE, position);
    return bytes;
  }

  /** Measures a member, a field or the value of a field, and compares names. */
  element(at: usize, have: u64, position: u64, isName: bool): u64 {
    const bytes = measureString(at, have);
    if (bytes == MORE || bytes == BAD) return bytes;
    const elements = this.elements;
    if (elements.isComparing && !this.isInReach(bytes, position) && this.isWhole(bytes, position)) elements.giveUp();
    if (!elements.isComparing) return this.string(at, have, bytes, position);
    if (have < bytes) return MORE;
    const kind = this.read(at, position);
    if (kind == DAMAGED) return bytes;
    elements.noteLength(this.text.length);
    if (!isName) return bytes;
    if (kind == TOO_LONG) {
      elements.giveUp();
      return bytes;
    }
    elements.add(this.text.hash(0, kind), position);
    elements.spendOne(position);
    return bytes;
  }

  private packed(at: usize, have: u64, position: u64): u64 {
    const bytes = measureString(at, have);
    if (bytes == MORE || bytes == BAD) return bytes;
    if (!this.isInReach(bytes, position)) {
      if (this.isWhole(bytes, position)) this.faults.skippedValues++;
      this.isEmpty = false;
      return bytes;
    }
    if (have < bytes) return MORE;
    const kind = this.read(at, position);
    if (kind == TOO_LONG) this.faults.skippedValues++;
    if (kind == TOO_LONG || kind == DAMAGED) {
      this.isEmpty = false;
      return bytes;
    }
    // A number in the place of a packed string is shorter than any.
    const length = kind == NUMBER ? 0 : u32(this.text.length);
    this.work.spend(packedUnits(length));
    this.names.isFull = false;
    let outcome = checkPacked(this.text.at, length, this.type, this.names);
    if (outcome != REFUSED && this.streams.isSearching) {
      outcome = worse(outcome, this.streams.search(this.text.at, length));
    }
    this.faults.note(outcome, Verdict.faultOf(this.type), position);
    if (this.names.isFull) this.faults.skippedValues++;
    const isNode = this.type == Verdict.LIST_NODES || this.type == Verdict.ZIPLIST_NODES;
    this.isEmpty = isEmptyPacked && (this.isEmpty || !isNode);
    return bytes;
  }

  /** A score of eight bytes, which are there. */
  @inline
  score(at: usize, position: u64): void {
    const score = load<f64>(at);
    if (score != score) this.faults.refuse(Verdict.SCORE, position);
  }

  private textScore(at: usize, have: u64, position: u64): u64 {
    const bytes = measureTextDouble(at, have);
    if (bytes == MORE || have < bytes) return MORE;
    if (!isScoreText(at)) this.faults.refuse(Verdict.SCORE, position);
    return bytes;
  }

  private nodeId(at: usize, have: u64, position: u64): u64 {
    const bytes = measureString(at, have);
    if (bytes == MORE || bytes == BAD) return bytes;
    if (bytes > ID_STRING_MOST) {
      this.faults.refuse(Verdict.NODE_ID, position);
      return bytes;
    }
    if (have < bytes) return MORE;
    const kind = this.read(at, position);
    if (kind == DAMAGED) return bytes;
    if (kind == NUMBER || this.text.length != ID_BYTES) this.faults.refuse(Verdict.NODE_ID, position);
    else this.streams.node(this.text.at, position);
    return bytes;
  }

  private streamLength(at: usize, have: u64, position: u64): u64 {
    const bytes = measureLength(at, have);
    if (bytes == MORE || bytes == BAD) return bytes;
    if (lengthValue != 0 && this.streams.nodes == 0) this.faults.refuse(Verdict.WITHOUT_NODES, position);
    return bytes;
  }

  private streamName(at: usize, have: u64, position: u64, isGroup: bool): u64 {
    const bytes = measureString(at, have);
    if (bytes == MORE || bytes == BAD) return bytes;
    const streams = this.streams;
    if (this.isWhole(bytes, position) && !this.isInReach(bytes, position)) streams.giveUp();
    if (!streams.isComparing) return this.string(at, have, bytes, position);
    if (have < bytes) return MORE;
    const kind = this.read(at, position);
    if (kind == DAMAGED || kind == TOO_LONG) {
      streams.giveUp();
      return bytes;
    }
    const hash = this.text.hash(streams.nameDomain(isGroup), kind);
    if (isGroup) streams.beginGroup(hash, position);
    else streams.beginConsumer(hash, position);
    return bytes;
  }

  /** A pending entry: its id, and in the list of the group 8 bytes more. */
  private pending(at: usize, have: u64, position: u64, isOfGroup: bool): u64 {
    const bytes = isOfGroup ? ID_BYTES + 8 : ID_BYTES;
    if (have < bytes) return MORE;
    if (isOfGroup) this.streams.pendingEntry(at, position);
    else this.streams.ownedEntry(at, position);
    return bytes;
  }

  /** Reads a string that is in memory as a whole. */
  private read(at: usize, position: u64): i32 {
    const kind = this.text.read(at);
    const text = this.text;
    if (text.compressed != 0) {
      this.work.spend(kind == TOO_LONG ? compressedUnits(text.compressed) : expandedUnits(text.length));
    }
    if (kind == DAMAGED) this.faults.refuse(Verdict.COMPRESSED, position);
    return kind;
  }

  /** Whether a string is whole in the file, may be held in memory, and may still be looked into. */
  private isInReach(bytes: u64, position: u64): bool {
    return bytes <= u64(this.work.stringMost) && this.isWhole(bytes, position) && this.work.isLeft(position);
  }

  private isWhole(bytes: u64, position: u64): bool {
    return position + bytes <= this.size;
  }
}
