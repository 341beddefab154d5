// The first damage of each kind that was found in values: what every server refuses, and what one refuses with
// `sanitize-dump-payload yes` alone. It also counts what was not looked into.
import { take } from "../../memory/arena";
import { REFUSED, SOUND } from "./verdicts";

@unmanaged
export class Faults {
  /** What is wrong (verdicts.ts), or 0. */
  refused: i32;
  refusedAt: u64;
  suspect: i32;
  suspectAt: u64;
  /** How many strings and values were not looked into, or not to their end. */
  skippedValues: u64;
  /** How many keys were not compared with the others. */
  skippedKeys: u64;

  static create(): Faults {
    const faults = changetype<Faults>(take(offsetof<Faults>()));
    faults.refused = 0;
    faults.suspect = 0;
    faults.skippedValues = 0;
    faults.skippedKeys = 0;
    return faults;
  }

  note(outcome: i32, fault: i32, position: u64): void {
    if (outcome == SOUND) return;
    if (outcome == REFUSED) this.refuse(fault, position);
    else this.suspectIt(fault, position);
  }

  refuse(fault: i32, position: u64): void {
    if (this.refused != 0 && this.refusedAt <= position) return;
    this.refused = fault;
    this.refusedAt = position;
  }

  suspectIt(fault: i32, position: u64): void {
    if (this.suspect != 0 && this.suspectAt <= position) return;
    this.suspect = fault;
    this.suspectAt = position;
  }
}
