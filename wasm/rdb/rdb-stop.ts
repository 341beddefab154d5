// Why and where a walk has stopped.
import { take } from "../memory/arena";
import { STEP_ERROR } from "../memory/steps";
import { BAD } from "./rdb-token";

@unmanaged
export class RdbStop {
  /** A number of rdb-stop-reasons.ts, or 0 if the walk has not stopped. */
  reason: i32;
  value: u64;
  at: u64;

  static create(): RdbStop {
    const stop = changetype<RdbStop>(take(offsetof<RdbStop>()));
    stop.reason = 0;
    return stop;
  }

  /** Stops the walk: what a step returns then. */
  note(reason: i32, value: u64, at: u64): i32 {
    this.reason = reason;
    this.value = value;
    this.at = at;
    return STEP_ERROR;
  }

  /** Stops the walk: what measuring a token returns then. */
  refuse(reason: i32, value: u64, at: u64): u64 {
    this.note(reason, value, at);
    return BAD;
  }
}
