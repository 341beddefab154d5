// Writes a table as a librsync delta. Two cursors go through the table. The one ahead gathers the literal
// bytes of the next entries into a window. The one behind then writes the same entries as commands.
import { resetArena } from "../memory/arena";
import { LITERAL_MOST, openWriter, outputIsFull, writeCopy, writeEnd, writeLiteral } from "../delta/delta-writer";
import {
  closeWindow,
  gatherRange,
  gatherRoom,
  gatherWindow,
  nextWindow,
  openGather,
  settleSome,
} from "./gather";
import { TABLE } from "../memory/host";
import { STEP_AGAIN, STEP_END, STEP_ERROR } from "../memory/steps";
import { TableCursor } from "../table/table-cursor";

/** Entries that the cursor ahead takes in one step: a few milliseconds. */
const AHEAD_ENTRIES: u32 = 64 * 1024;
const ANY_SIZE: u64 = (1 << 53) - 1;

const LOOKING_AHEAD = 0;
const SETTLING = 1;
const WRITING = 2;

let ahead: TableCursor = changetype<TableCursor>(0);
let behind: TableCursor = changetype<TableCursor>(0);
let phase: i32 = LOOKING_AHEAD;
/** How many bytes of the window have been written. */
let written: u32 = 0;

/** Starts a job. The sizes of the table, the result and the literals are in bytes. */
export function encodeOpen(
  tableSize: f64,
  resultSize: f64,
  literalsSize: f64,
  windowMost: u32,
): void {
  resetArena();
  const table = u64(tableSize);
  const literals = u64(literalsSize);
  ahead = TableCursor.create(TABLE, table, u64(resultSize), ANY_SIZE, literals);
  behind = TableCursor.create(TABLE, table, u64(resultSize), ANY_SIZE, literals);
  openWriter();
  openGather(0, literals, windowMost);
  phase = LOOKING_AHEAD;
}

export function encodeStep(): i32 {
  if (phase == LOOKING_AHEAD) {
    if (!lookAhead()) return STEP_ERROR;
    closeWindow();
    written = 0;
    phase = SETTLING;
  }
  if (phase == SETTLING) {
    if (!settleSome()) return STEP_AGAIN;
    phase = WRITING;
  }
  while (behind.position != ahead.position) {
    if (outputIsFull()) return STEP_AGAIN;
    if (behind.left == 0 && !behind.next()) return STEP_ERROR;
    writeSome();
  }
  if (ahead.isAtEnd && ahead.left == 0) {
    writeEnd();
    return STEP_END;
  }
  nextWindow();
  phase = LOOKING_AHEAD;
  return STEP_AGAIN;
}

/** Adds literals to the window until it is full. False if the table is damaged. */
function lookAhead(): bool {
  for (let entries: u32 = 0; entries < AHEAD_ENTRIES;) {
    if (ahead.left == 0) {
      if (ahead.isAtEnd) return true;
      if (!ahead.next()) return false;
      entries++;
    }
    if (!ahead.isLiteral) {
      ahead.skip(ahead.left);
      continue;
    }
    const room = gatherRoom();
    if (room == 0) return true;
    const count = u32(min(u64(room), ahead.left));
    gatherRange(true, ahead.from, count);
    ahead.skip(count);
  }
  return true;
}

/**
 * Writes the current entry of the cursor behind. Of a literal, only the bytes that are in the window,
 * and at most LITERAL_MOST.
 */
function writeSome(): void {
  if (!behind.isLiteral) {
    writeCopy(behind.from, behind.left);
    behind.skip(behind.left);
    return;
  }
  const gathered = min(behind.left, ahead.position - behind.position);
  const count = u32(min(gathered, u64(LITERAL_MOST)));
  writeLiteral(gatherWindow() + written, count);
  written += count;
  behind.skip(count);
}
