// Rebuilds a result from its basis and a table: the table of one delta, or of a run of deltas composed.
// Each entry becomes pieces of a gather: ranges of the basis or of the literal bytes.
import { resetArena } from "../memory/arena";
import { gatherRange, gatherRoom } from "./gather";
import { finishWindow, isGatherReady, openGatherOutput } from "./gather-output";
import { TABLE } from "../memory/host";
import { STEP_AGAIN, STEP_END, STEP_ERROR } from "../memory/steps";
import { TableCursor } from "../table/table-cursor";

let table: TableCursor = changetype<TableCursor>(0);
let isEnding: bool = false;

/** Starts a job. The sizes of the table, the result and both sources are in bytes. */
export function applyOpen(
  tableSize: f64,
  resultSize: f64,
  basisSize: f64,
  literalsSize: f64,
  windowMost: u32,
): void {
  resetArena();
  table = TableCursor.create(
    TABLE,
    u64(tableSize),
    u64(resultSize),
    u64(basisSize),
    u64(literalsSize),
  );
  isEnding = false;
  openGatherOutput(u64(basisSize), u64(literalsSize), windowMost);
}

/** Runs until there is output to take, much has been read, or the table turns out to be wrong. */
export function applyStep(): i32 {
  while (true) {
    if (!isGatherReady()) return STEP_AGAIN;
    if (isEnding) return STEP_END;
    if (table.left == 0) {
      if (table.isAtEnd) {
        isEnding = true;
        finishWindow();
        continue;
      }
      if (!table.next()) return STEP_ERROR;
    }
    const room = gatherRoom();
    if (room == 0) {
      finishWindow();
      continue;
    }
    const count = u32(min(u64(room), table.left));
    gatherRange(table.isLiteral, table.from, count);
    table.skip(count);
  }
}
