// The nodes of a stream: listpacks of entries (redis 7.0 t_stream.c, `streamValidateListpackIntegrity`). A server with
// `sanitize-dump-payload no` looks at the header and at the first entry of the listpack alone.
import { entryValue, firstEntry, isIntegerEntry, isListpack, measureEntry } from "./listpack";
import { REFUSED, SOUND, SUSPECT } from "./verdicts";

const END: u32 = 0xff;
/** A flag of an entry: its fields are those of the node. */
const SAME_FIELDS: i64 = 2;

/** The next entry of the listpack, and its last byte, which is its end. */
let p: usize = 0;
let last: usize = 0;

export function checkStreamNode(at: usize, length: u32): i32 {
  if (!isListpack(at, length)) return REFUSED;
  p = firstEntry(at);
  last = at + length - 1;
  // A server looks for the first entry, and dies if that is not one.
  if (u32(load<u8>(p)) == END || measureEntry(p, u32(last - p)) == 0) return REFUSED;
  return isSound() ? SOUND : SUSPECT;
}

function isSound(): bool {
  if (!integer()) return false;
  let entries = entryValue;
  if (!integer()) return false;
  entries += entryValue;
  if (!integer()) return false;
  const fields = entryValue;
  if (!skip(fields) || !integer() || entryValue != 0) return false;
  if (entries < 0) return false;
  for (; entries != 0; entries--) {
    if (!isEntrySound(fields)) return false;
  }
  return p == last;
}

function isEntrySound(nodeFields: i64): bool {
  if (!integer()) return false;
  const flags = entryValue;
  // The parts of its id.
  if (!integer() || !integer()) return false;
  let fields = nodeFields;
  let extra: i64 = 3;
  if ((flags & SAME_FIELDS) == 0) {
    if (!integer()) return false;
    fields = entryValue;
    if (!skip(fields)) return false;
    extra += fields + 1;
  }
  return skip(fields) && integer() && entryValue == fields + extra;
}

/** Takes an entry that must be a number. */
function integer(): bool {
  const at = p;
  return skip(1) && isIntegerEntry(at);
}

/** Takes as many entries. */
function skip(count: i64): bool {
  for (; count > 0; count--) {
    if (p == last || u32(load<u8>(p)) == END) return false;
    const entry = measureEntry(p, u32(last - p));
    if (entry == 0) return false;
    p += entry;
  }
  return true;
}
