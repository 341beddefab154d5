// What a server says of a value, and what is wrong with it.

export const SOUND = 0;
/** A server with `sanitize-dump-payload yes` alone refuses it. */
export const SUSPECT = 1;
/** Every server refuses it, or drops it without a word. */
export const REFUSED = 2;

// What is wrong. src/persistence/rdb/value-faults.ts has the words for the numbers.
export const COMPRESSED = 1;
export const INTSET = 2;
export const LISTPACK = 3;
export const ZIPLIST = 4;
export const SCORE = 5;
export const ZIPMAP = 6;
export const KEY_TWICE = 7;
export const MEMBER_TWICE = 8;
export const EMPTY_NODE = 9;
export const STREAM_NODE = 10;
export const NODE_ID = 11;
export const GROUP_TWICE = 12;
export const PENDING_TWICE = 13;
export const CONSUMER_TWICE = 14;
export const NOT_PENDING = 15;
export const WITHOUT_CONSUMER = 16;
export const WITHOUT_NODES = 17;

// @ts-ignore: decorator
@inline
export function worse(a: i32, b: i32): i32 {
  return max(a, b);
}

// From how many elements on a server turns a packed value into a table while it loads it, with the settings that
// it has if nobody changes them (hash-max-listpack-entries and so on).
export const PACKED_HASH_MOST: u64 = 512;
export const PACKED_INTSET_MOST: u64 = 512;
export const PACKED_ZSET_MOST: u64 = 128;
export const PACKED_SET_MOST: u64 = 128;
/** The longest field and value that a hash may have in a packed value. */
export const PACKED_STRING_MOST: u64 = 64;

// Types of values that are looked into.
export const STRING: u32 = 0;
export const SET: u32 = 2;
export const TEXT_ZSET: u32 = 3;
export const HASH: u32 = 4;
export const ZSET: u32 = 5;
export const ZIPMAP_HASH: u32 = 9;
export const ZIPLIST_LIST: u32 = 10;
export const INTSET_SET: u32 = 11;
export const ZIPLIST_ZSET: u32 = 12;
export const ZIPLIST_HASH: u32 = 13;
export const ZIPLIST_NODES: u32 = 14;
export const STREAM_1: u32 = 15;
export const LISTPACK_HASH: u32 = 16;
export const LISTPACK_ZSET: u32 = 17;
export const LIST_NODES: u32 = 18;
export const STREAM_2: u32 = 19;
export const LISTPACK_SET: u32 = 20;
export const STREAM_3: u32 = 21;
export const FIELD_EXPIRY_HASH: u32 = 22;
export const FIELD_EXPIRY_LISTPACK_RC: u32 = 23;
export const FIELD_EXPIRY_HASH_2: u32 = 24;
export const FIELD_EXPIRY_LISTPACK: u32 = 25;
export const STREAM_4: u32 = 26;
export const STREAM_5: u32 = 27;

export function isStream(type: u32): bool {
  return type == STREAM_1 || type == STREAM_2 || type == STREAM_3 || type == STREAM_4 || type == STREAM_5;
}

/** What is wrong with a packed value of a type, if anything is. */
export function faultOf(type: u32): i32 {
  if (type == INTSET_SET) return INTSET;
  if (type == ZIPMAP_HASH) return ZIPMAP;
  if (isStream(type)) return STREAM_NODE;
  const isZiplist = type == ZIPLIST_LIST || type == ZIPLIST_ZSET || type == ZIPLIST_HASH || type == ZIPLIST_NODES;
  return isZiplist ? ZIPLIST : LISTPACK;
}
