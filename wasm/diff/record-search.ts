// Finds moved content if both files are RDBs: a restarted server dumps the same keys in another order.
// The units of the basis (rdb-units.ts) go into an index by their keys, as many as fit the memory. Then
// each unit of the result is looked up. A unit with the same content is found as it is. One with the same
// key and another content is compared. If some units of the basis did not fit, the next ones are indexed
// and the result is gone through again: with less memory the search takes more passes.
import { LENGTH_MASK, RdbUnits, SHORT_MOST } from "../rdb/rdb-units";
import { PASSES_MOST, addFind, endPass, openFinds } from "./finds";
import { HEADER_BYTES, NO_VERSION, readVersion } from "../rdb/rdb-header";
import { BASIS, RESULT, readSource } from "../memory/host";
import { STEP_AGAIN } from "../memory/steps";
import { Window } from "../memory/window";
import { compareShort, openShortPair } from "./short-pair";
import { openLongPair, stepLongPair } from "./long-pair";
import {
  SLOT_BYTES,
  UNIT_EQUAL,
  UNIT_NONE,
  closeUnitIndex,
  enterUnit,
  findUnit,
  foundContent,
  foundUnit,
  isUnitIndexFull,
  openUnitIndex,
  touchUnits,
} from "./unit-index";

const BUILD = 0;
const LOOK = 1;
const COMPARE = 2;
const OVER = 3;

/** Bytes of either file gone through in one step. */
const STEP_BYTES: u64 = 4 * 1024 * 1024;
const SLOTS_LEAST: u64 = 64 * 1024;
/** The index gets at least this much memory: with less, there would be far too many passes. */
const BUDGET_LEAST: u32 = 1024 * 1024;
/** What a comparison adds to the work of a step. */
const COMPARE_COST: u64 = 4096;

const header: usize = memory.data(16, 8);

let basisSize: u64 = 0;
let from: u64 = 0;
let slotsMost: u64 = 0;
let phase: i32 = OVER;
let inBasis: RdbUnits = changetype<RdbUnits>(0);
let inResult: RdbUnits = changetype<RdbUnits>(0);
/** How many units the basis had so far, and which unit of the last step is entered next. */
let unitCount: u64 = 0;
let basisNext: u32 = 0;
let isBasisOver: bool = false;
let isIndexOpen: bool = false;
let passes: u32 = 0;
let resultNext: u32 = 0;

/** Whether both files begin as RDBs do. */
export function areRdbs(basisBytes: u64, resultBytes: u64): bool {
  return isRdb(BASIS, basisBytes) && isRdb(RESULT, resultBytes);
}

function isRdb(source: i32, size: u64): bool {
  if (size < HEADER_BYTES) return false;
  readSource(source, header, HEADER_BYTES, 0);
  return readVersion(header) != NO_VERSION;
}

/** Starts the search for the result from `position` on, with `budget` bytes for the index. */
export function openRecordSearch(
  basisBytes: u64,
  resultBytes: u64,
  position: u64,
  budget: u32,
): void {
  basisSize = basisBytes;
  from = position;
  slotsMost = u64(max(budget, BUDGET_LEAST) / SLOT_BYTES);
  inBasis = RdbUnits.create(BASIS, basisBytes);
  inResult = RdbUnits.create(RESULT, resultBytes);
  openShortPair();
  openFinds();
  unitCount = 0;
  basisNext = 0;
  isBasisOver = false;
  isIndexOpen = false;
  passes = 0;
  phase = BUILD;
}

/** Some milliseconds of work. True when the search is over: finds.ts then has what was found. */
export function stepRecordSearch(basis: Window, result: Window): bool {
  if (phase == BUILD) buildSome();
  else if (phase == LOOK) lookSome();
  else if (stepLongPair(basis, result)) phase = LOOK;
  return phase == OVER;
}

function buildSome(): void {
  const begin = inBasis.position();
  do {
    if (basisNext == inBasis.count) {
      basisNext = 0;
      isBasisOver = inBasis.step() != STEP_AGAIN;
      unitCount += inBasis.count;
      if (isBasisOver) {
        beginLook();
        return;
      }
    }
    if (!isIndexOpen && inBasis.count != 0) openIndex();
    if (!enterSome()) {
      beginLook();
      return;
    }
  } while (inBasis.position() < begin + STEP_BYTES);
}

/** Takes memory for as many units as the rest of the basis seems to have. */
function openIndex(): void {
  const done = max(inBasis.position(), 1);
  const each = max(f64(done) / f64(max(unitCount, 1)), 1.0);
  const rest = f64(basisSize - min(done, basisSize)) / each + f64(inBasis.count - basisNext);
  // A third more, since three of four slots are filled, and a sixth in case the estimate is too low.
  const wanted = u64(rest * 1.5) + SLOTS_LEAST;
  openUnitIndex(u32(min(wanted, slotsMost)), passes == 0);
  isIndexOpen = true;
}

/** Enters the units of the last step. False if the index is full before that. */
function enterSome(): bool {
  const count = inBasis.count;
  if (count == 0) return true;
  touchUnits(inBasis.key + basisNext * 8, count - basisNext);
  for (; basisNext < count; basisNext++) {
    if (isUnitIndexFull()) return false;
    const row = basisNext * 8;
    enterUnit(
      load<u64>(inBasis.key + row),
      load<u64>(inBasis.unitAt + row),
      load<u64>(inBasis.content + row),
    );
  }
  return true;
}

function beginLook(): void {
  if (!isIndexOpen) {
    end();
    return;
  }
  inResult.restart();
  resultNext = 0;
  phase = LOOK;
}

function lookSome(): void {
  const begin = inResult.position();
  let cost: u64 = 0;
  do {
    if (resultNext == inResult.count) {
      resultNext = 0;
      if (inResult.step() != STEP_AGAIN) {
        beginNextPass();
        return;
      }
      touchUnits(inResult.key, inResult.count);
    }
    for (; resultNext < inResult.count && cost < STEP_BYTES; ) {
      cost += lookUp(resultNext++);
      if (phase != LOOK) return;
    }
  } while (inResult.position() < begin + STEP_BYTES && cost < STEP_BYTES);
}

function beginNextPass(): void {
  passes = endPass();
  isIndexOpen = false;
  if (isBasisOver || passes == PASSES_MOST) end();
  else phase = BUILD;
}

function end(): void {
  if (passes != 0) closeUnitIndex();
  phase = OVER;
}

/** Looks up a unit of the result. Returns what that cost. */
function lookUp(index: u32): u64 {
  const row = index * 8;
  const start = load<u64>(inResult.unitAt + row);
  const end = load<u64>(inResult.endAt + row);
  if (start < from) return 0;
  const content = load<u64>(inResult.content + row);
  const outcome = findUnit(load<u64>(inResult.key + row), content);
  if (outcome == UNIT_NONE) return 0;
  if (outcome == UNIT_EQUAL) {
    addFind(start, foundUnit, end - start);
    return 0;
  }
  if (end - start > u64(SHORT_MOST)) {
    openLongPair(start, end, foundUnit);
    phase = COMPARE;
    return 0;
  }
  const length = u32(min(foundContent & LENGTH_MASK, u64(SHORT_MOST)));
  compareShort(inResult.at(start), start, u32(end - start), foundUnit, length);
  return COMPARE_COST;
}
