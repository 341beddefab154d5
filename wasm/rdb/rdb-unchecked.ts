// Measures the tokens of values whose content is not looked into.
import * as Grammar from "./rdb-grammar";
import { measureLength, measureString, measureTextDouble } from "./rdb-token";

/** Measures the token of an instruction from Grammar.FIRST_CHECKED on. */
export function measureUnchecked(instruction: u8, at: usize, have: u64): u64 {
  switch (instruction) {
    case Grammar.TEXT_DOUBLE:
      return measureTextDouble(at, have);
    case Grammar.PENDING:
      return 24;
    case Grammar.OWNED:
      return 16;
    case Grammar.STREAM_LENGTH:
      return measureLength(at, have);
    default:
      return measureString(at, have);
  }
}
