// Turns a delta into a table. Its literal bytes go to the end of a store that all deltas of the run
// share.
import { resetArena, take } from "../memory/arena";
import { nextChecked, openCheckedDelta } from "../delta/checked-delta";
import {
  COPY,
  END,
  ERROR,
  LITERAL_PIECE,
  NEED_INPUT,
  commandLength,
  commandStart,
  finishReader,
  isFirstPiece,
  piece,
  pieceLength,
} from "../delta/delta-reader";
import { LITERALS, appendTo } from "../memory/host";
import { STEP_END, STEP_ERROR, STEP_NEED_INPUT } from "../memory/steps";
import { IS_LITERAL, addEntry, flushTable, openTableWriter, tableMade } from "./table-writer";

const LITERAL_BUFFER: u32 = 256 * 1024;

let literals: usize = 0;
let literalsUsed: u32 = 0;
/** Place of the next literal byte among the literal bytes of the run. */
let literalsAt: u64 = 0;

/** Starts a job. The next byte that is stored becomes literal byte `nextLiteral` of the run. */
export function tabulateOpen(basisSize: f64, most: f64, nextLiteral: f64): void {
  resetArena();
  literals = take(LITERAL_BUFFER);
  literalsUsed = 0;
  literalsAt = u64(nextLiteral);
  openTableWriter();
  openCheckedDelta(u64(basisSize), u64(most));
}

export function tabulateStep(): i32 {
  while (true) {
    const kind = nextChecked(LITERAL_BUFFER);
    if (kind == COPY) {
      addEntry(commandStart, commandLength);
    } else if (kind == LITERAL_PIECE) {
      if (isFirstPiece) {
        addEntry(IS_LITERAL | literalsAt, commandLength);
        literalsAt += commandLength;
      }
      keepLiteral(piece, pieceLength);
    } else if (kind == NEED_INPUT) {
      return STEP_NEED_INPUT;
    } else {
      return kind == END ? STEP_END : STEP_ERROR;
    }
  }
}

/** Call this at the end of the delta. STEP_END: the delta was whole, and all is in the stores. */
export function tabulateFinish(): i32 {
  if (finishReader() == ERROR) return STEP_ERROR;
  flushTable();
  appendTo(LITERALS, literals, literalsUsed);
  return STEP_END;
}

/** Length of the result. */
export function tabulateMade(): f64 {
  return f64(tableMade());
}

function keepLiteral(from: usize, length: u32): void {
  if (literalsUsed + length > LITERAL_BUFFER) {
    appendTo(LITERALS, literals, literalsUsed);
    literalsUsed = 0;
  }
  memory.copy(literals + literalsUsed, from, length);
  literalsUsed += length;
}
