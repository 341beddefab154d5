// Chooses the check of a value that is one packed string, or of one node of a value, by its type.
import { HashSet } from "./hash-set";
import { checkIntset } from "./intset";
import { checkListpack, isEmptyListpack } from "./listpack";
import { checkStreamNode } from "./stream-node";
import * as Verdict from "./verdicts";
import { SOUND } from "./verdicts";
import { checkZiplist, isEmptyZiplist } from "./ziplist";
import { checkZipmap } from "./zipmap";

/** Whether the value that was checked last is sound and has no element. */
export let isEmptyPacked: bool = false;

/** @param names a set to compare names in */
export function checkPacked(at: usize, length: u32, type: u32, names: HashSet): i32 {
  isEmptyPacked = false;
  switch (Verdict.faultOf(type)) {
    case Verdict.INTSET:
      return checkIntset(at, length, names);
    case Verdict.ZIPMAP:
      return checkZipmap(at, length, names);
    case Verdict.STREAM_NODE:
      return checkStreamNode(at, length);
    case Verdict.ZIPLIST: {
      const outcome = checkZiplist(at, length, type, names);
      isEmptyPacked = outcome == SOUND && isEmptyZiplist;
      return outcome;
    }
    default: {
      const outcome = checkListpack(at, length, type, names);
      isEmptyPacked = outcome == SOUND && isEmptyListpack;
      return outcome;
    }
  }
}
