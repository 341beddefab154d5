// The units of an RDB, in the order of the file: the parts that a server may dump in another order next
// time. A unit is the record of a key. In a long hash or set that is kept as a hash table, a unit is one
// element. Each unit has a hash of its key (and of its element's name) and a hash of its bytes, so two
// files are compared unit by unit, and each is read from front to end. Memory is bounded: long units are
// hashed while their bytes pass by.
import { take } from "../memory/arena";
import { RdbElements, hasElements } from "./rdb-elements";
import { hashContent } from "./rdb-hash";
import { HELD_MOST, RdbWalker } from "./rdb-walker";
import { STEP_AGAIN, STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";
import { Window } from "../memory/window";

/** A unit of at most this length lies in memory as a whole while it is handed out. */
export const SHORT_MOST: u32 = 32 * 1024;
/** The low bits of a unit's content: its length. All longer lengths look the same. */
export const LENGTH_MASK: u64 = 0xffffff;

const BATCH: u32 = 1024;
const REACH: u32 = SHORT_MOST + 2 * HELD_MOST;
/** Bytes of a long unit that are hashed in one step. */
const STEP_BYTES: u64 = 8 * 1024 * 1024;
/** A prefix of these lengths is an expiry, which is the same in the next dump. */
const EXPIRY_SECONDS_BYTES: u64 = 5;
const EXPIRY_MILLISECONDS_BYTES: u64 = 9;

const ELEMENT_MULTIPLIER: u64 = 0x9fb21c651e98df25;

const RECORDS = 0;
const ELEMENTS = 1;

@unmanaged
export class RdbUnits {
  /** The units of the last step, in columns of u64. */
  count: u32;
  unitAt: usize;
  endAt: usize;
  key: usize;
  /** The hash of the bytes, with their length in its low bits (LENGTH_MASK). */
  content: usize;

  private source: i32;
  private size: u64;
  private walker: RdbWalker;
  private elements: RdbElements;
  private recordWindow: Window;
  private elementWindow: Window;
  private longWindow: Window;
  private outcome: i32;
  private mode: i32;
  /** Which record and which element of their batches come next. */
  private recordRow: u32;
  private elementRow: u32;
  private elementOutcome: i32;
  private recordKey: u64;
  private isLong: bool;
  private longKey: u64;
  private longStart: u64;
  private longAt: u64;
  private longEnd: u64;
  private longHash: u64;

  static create(source: i32, size: u64): RdbUnits {
    const units = changetype<RdbUnits>(take(offsetof<RdbUnits>()));
    units.source = source;
    units.size = size;
    units.unitAt = take(BATCH * 8);
    units.endAt = take(BATCH * 8);
    units.key = take(BATCH * 8);
    units.content = take(BATCH * 8);
    units.walker = RdbWalker.create(size, BATCH);
    units.elements = RdbElements.create(BATCH);
    units.recordWindow = Window.create(source, size, REACH);
    units.elementWindow = Window.create(source, size, REACH);
    units.longWindow = Window.create(source, size, SHORT_MOST);
    units.restart();
    return units;
  }

  /** Goes back to the beginning of the file. */
  restart(): void {
    this.walker.restart();
    this.count = 0;
    this.outcome = STEP_NEED_INPUT;
    this.mode = RECORDS;
    this.recordRow = 0;
    this.isLong = false;
  }

  /** How far the file has been looked at. */
  position(): u64 {
    if (this.isLong) return this.longAt;
    return this.mode == ELEMENTS ? this.elements.position : this.walker.position;
  }

  /** The address of a unit of the last step, which has at most SHORT_MOST bytes. */
  @inline
  at(position: u64): usize {
    const window = this.mode == ELEMENTS ? this.elementWindow : this.recordWindow;
    return window.at(position);
  }

  /**
   * Finds the next units. STEP_AGAIN: there may be more, and none may have been found if a long unit is
   * still being hashed. STEP_END: there are no more. STEP_ERROR: the rest of the file is not understood.
   */
  step(): i32 {
    this.count = 0;
    if (this.isLong) {
      this.hashLong();
    } else if (this.mode == ELEMENTS) {
      this.stepElements();
    } else {
      if (this.recordRow == this.walker.batch.count) {
        if (this.outcome == STEP_END || this.outcome == STEP_ERROR) return this.outcome;
        this.walkOn();
      }
      this.takeRecords();
    }
    return STEP_AGAIN;
  }

  /** Walks on. A short record must lie in the window as a whole when its batch is handed out. */
  private walkOn(): void {
    const walker = this.walker;
    walker.batch.count = 0;
    this.recordRow = 0;
    let from = walker.position;
    if (walker.entryAt < from && from - walker.entryAt <= SHORT_MOST) from = walker.entryAt;
    const before = u32(walker.position - from);
    const have = this.recordWindow.hold(from, before + HELD_MOST + 1);
    this.outcome = walker.run(this.recordWindow.at(walker.position), have - before);
    if (this.outcome != STEP_NEED_INPUT || from + have != this.size) return;
    // If a string that was skipped ended with the file, the walk can reach its end on no more bytes.
    const rest = this.recordWindow.at(walker.position);
    this.outcome = walker.run(rest, u32(this.size - walker.position));
    if (this.outcome != STEP_NEED_INPUT) return;
    this.outcome = walker.finish(
      this.recordWindow.at(walker.position),
      u32(this.size - walker.position),
    );
  }

  private takeRecords(): void {
    const batch = this.walker.batch;
    for (let row = this.recordRow; row < batch.count; row++) {
      const recordAt = u64(load<f64>(batch.recordAt + row * 8));
      const typeAt = u64(load<f64>(batch.typeAt + row * 8));
      const end = u64(load<f64>(batch.endAt + row * 8));
      const key = load<u64>(batch.keyHash + row * 8);
      const prefix = typeAt - recordAt;
      // How long ago a key was used differs in each dump, so it is not part of the unit.
      const isLasting =
        prefix == 0 || prefix == EXPIRY_MILLISECONDS_BYTES || prefix == EXPIRY_SECONDS_BYTES;
      const start = isLasting ? recordAt : typeAt;
      if (end - recordAt <= SHORT_MOST) {
        this.addShort(key, start, end, this.recordWindow.at(start));
        continue;
      }
      // The units found so far must be used before the window of elements moves.
      if (this.count != 0) {
        this.recordRow = row;
        return;
      }
      this.recordRow = row + 1;
      this.beginLongRecord(row, key, start, end);
      return;
    }
    this.recordRow = batch.count;
  }

  private beginLongRecord(row: u32, key: u64, start: u64, end: u64): void {
    const type = u32(load<u8>(this.walker.batch.type + row));
    if (!isDumpedInAnyOrder(type) || !hasElements(this.walker.marks.isValkey, type)) {
      this.beginLong(key, start, end);
      return;
    }
    this.mode = ELEMENTS;
    this.recordKey = key;
    this.elementRow = 0;
    this.elementOutcome = STEP_NEED_INPUT;
    const valueAt = u64(load<f64>(this.walker.batch.valueAt + row * 8));
    this.elements.open(this.walker.marks.isValkey, type, valueAt, end);
  }

  private stepElements(): void {
    const elements = this.elements;
    if (this.elementRow == elements.count) {
      if (this.elementOutcome == STEP_END || this.elementOutcome == STEP_ERROR) {
        this.mode = RECORDS;
        return;
      }
      elements.count = 0;
      this.elementRow = 0;
      let from = elements.position;
      const begun = elements.begunAt();
      if (begun < from && from - begun <= SHORT_MOST) from = begun;
      const before = u32(elements.position - from);
      const have = this.elementWindow.hold(from, before + HELD_MOST + 1);
      this.elementOutcome = elements.run(
        this.elementWindow.at(elements.position),
        u32(min(u64(have - before), elements.end - elements.position)),
      );
      const isOver = from + have >= elements.end;
      if (this.elementOutcome == STEP_NEED_INPUT && isOver) {
        const rest = u32(elements.end - elements.position);
        this.elementOutcome = elements.run(this.elementWindow.at(elements.position), rest);
        if (this.elementOutcome == STEP_NEED_INPUT) this.elementOutcome = STEP_ERROR;
      }
    }
    this.takeElements();
  }

  private takeElements(): void {
    const elements = this.elements;
    for (let row = this.elementRow; row < elements.count; row++) {
      const start = u64(load<f64>(elements.elementAt + row * 8));
      const end = u64(load<f64>(elements.endAt + row * 8));
      const name = load<u64>(elements.nameHash + row * 8);
      const key = (this.recordKey ^ rotl(name, 32)) * ELEMENT_MULTIPLIER;
      if (end - start <= SHORT_MOST) {
        this.addShort(key ^ (key >> 32), start, end, this.elementWindow.at(start));
        continue;
      }
      if (this.count == 0) {
        this.elementRow = row + 1;
        this.beginLong(key ^ (key >> 32), start, end);
      } else {
        this.elementRow = row;
      }
      return;
    }
    this.elementRow = elements.count;
  }

  private beginLong(key: u64, start: u64, end: u64): void {
    this.isLong = true;
    this.longKey = key;
    this.longStart = start;
    this.longAt = start;
    this.longEnd = end;
    this.longHash = 0;
  }

  private hashLong(): void {
    const stop = min(this.longEnd, this.longAt + STEP_BYTES);
    while (this.longAt < stop) {
      // The pieces have one length, since the hash depends on where they end.
      const piece = u32(min(this.longEnd - this.longAt, u64(SHORT_MOST)));
      this.longWindow.hold(this.longAt, piece);
      this.longHash = hashContent(this.longHash, this.longWindow.at(this.longAt), piece);
      this.longAt += piece;
    }
    if (this.longAt < this.longEnd) return;
    this.isLong = false;
    this.add(this.longKey, this.longStart, this.longEnd, this.longHash);
  }

  @inline
  private addShort(key: u64, start: u64, end: u64, at: usize): void {
    this.add(key, start, end, hashContent(0, at, u32(end - start)));
  }

  @inline
  private add(key: u64, start: u64, end: u64, hash: u64): void {
    const row = this.count++ * 8;
    store<u64>(this.unitAt + row, start);
    store<u64>(this.endAt + row, end);
    store<u64>(this.key + row, key);
    store<u64>(this.content + row, (hash & ~LENGTH_MASK) | min(end - start, LENGTH_MASK));
  }
}

/** Sets and hashes kept as hash tables (2, 4, and 22 and 24 with expiry). Lists keep their order. */
function isDumpedInAnyOrder(type: u32): bool {
  return type == 2 || type == 4 || type == 22 || type == 24;
}
