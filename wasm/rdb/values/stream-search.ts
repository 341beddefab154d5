// The search for the first entry of a stream of type 15 that was not deleted. A server from 7.0 on makes it when it loads
// such a stream, whatever it sanitizes, and dies of a node that is wrong there (redis 7.0 t_stream.c,
// `streamGetEdgeID` and `streamIteratorGetID`).
import { entryValue, firstEntry, isIntegerEntry, measureEntry } from "./listpack";

const END: u32 = 0xff;
const DELETED: i64 = 1;
const SAME_FIELDS: i64 = 2;

export const FOUND = 0;
/** It goes on in the next node. */
export const NOT_HERE = 1;
export const DIES = 2;

/** The entry that the server is at. 0 behind the last one. */
let p: usize = 0;
let last: usize = 0;
let isDead: bool = false;

/** Searches a node: a listpack whose first entry is sound. */
export function searchNode(at: usize, length: u32): i32 {
  p = firstEntry(at);
  last = at + length - 1;
  isDead = false;
  advance();
  advance();
  const nodeFields = integer();
  advance();
  skip(nodeFields < 0 ? i64.MAX_VALUE : nodeFields);
  while (!isDead) {
    // The length of the entry before, or the zero that ends the head of the node.
    advance();
    if (isDead) break;
    if (p == 0) return NOT_HERE;
    const flags = integer();
    advance();
    integer();
    advance();
    integer();
    advance();
    let fields = nodeFields;
    if ((flags & SAME_FIELDS) == 0) {
      fields = integer();
      advance();
    }
    if (isDead || fields < 0) return DIES;
    if ((flags & DELETED) == 0) return FOUND;
    skip((flags & SAME_FIELDS) == 0 && fields < i64.MAX_VALUE / 2 ? fields * 2 : fields);
  }
  return DIES;
}

/** The number that an entry is. A server dies if it is none. */
function integer(): i64 {
  if (isDead || p == 0 || !isIntegerEntry(p)) {
    isDead = true;
    return 0;
  }
  return entryValue;
}

/** Goes to the next entry. A server dies if it is behind the last one already, or if the next is damaged. */
function advance(): void {
  if (isDead || p == 0) {
    isDead = true;
    return;
  }
  p += measureEntry(p, u32(last - p));
  if (u32(load<u8>(p)) == END) p = 0;
  else if (measureEntry(p, u32(last - p)) == 0) isDead = true;
}

function skip(count: i64): void {
  for (; count > 0 && !isDead; count--) advance();
}
