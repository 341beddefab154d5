// The grammar of an RDB: for each type byte and opcode a small program that says what follows. Its
// instructions are one byte each, some with an operand. The walker runs the programs, so a new type is a
// new program. Layouts: redis rdb.c:829 (save) and 2780 (streams); valkey rdb.c for Valkey's own types. A
// byte that has no program stops the walk.

// Instructions that measure one token.
export const STRING: u8 = 1;
export const LENGTH: u8 = 2;
/** Operand: how many bytes. */
export const RAW: u8 = 3;
export const CONTAINER: u8 = 5;
// Instructions that repeat.
/** Reads how many elements STRINGS will step over. Operand: strings in an element. */
export const COUNT: u8 = 6;
export const STRINGS: u8 = 7;
/** Like LOOP, with the number that COUNT has read. */
export const ITERATE: u8 = 4;
/** Reads a count and runs the body up to NEXT that many times. Operand of both: length of the body. */
export const LOOP: u8 = 8;
export const NEXT: u8 = 9;
export const MODULE_ITEMS: u8 = 10;
// Instructions that remember something.
export const KEY: u8 = 11;
export const AUX_NAME: u8 = 12;
export const AUX_VALUE: u8 = 13;
export const DATABASE: u8 = 14;
export const EXPIRY_SECONDS: u8 = 15;
export const EXPIRY_MILLISECONDS: u8 = 16;
/** The number must be 2, which is what a module's `when` opcode has. */
export const MODULE_WHEN: u8 = 17;
/** The checksum comes next. It covers everything before. */
export const SEAL: u8 = 18;
// Instructions between entries.
export const HEADER: u8 = 19;
export const ENTRY: u8 = 20;
export const END_OF_PREFIX: u8 = 21;
export const END_OF_KEY: u8 = 22;
export const END_OF_OPCODE: u8 = 23;
export const FINISH: u8 = 24;
/** Like STRINGS, for elements whose names must differ. */
export const MEMBERS: u8 = 25;
/** A node of a list: packed if the container before said so. */
export const NODE: u8 = 26;
export const END_OF_GROUP: u8 = 27;
/** Eight bytes. */
export const SCORE: u8 = 28;
// Instructions that measure one token of a value, which may be checked (values/checks.ts).
export const FIRST_CHECKED: u8 = 29;
/** A value that is one packed string. */
export const PACKED: u8 = 29;
export const MEMBER: u8 = 30;
export const FIELD_VALUE: u8 = 31;
export const TEXT_DOUBLE: u8 = 32;
/** Of a stream: the id of a node, the name of a group, the name of a consumer. */
export const NODE_ID: u8 = 33;
export const GROUP_NAME: u8 = 34;
export const CONSUMER_NAME: u8 = 35;
/** A pending entry of a group: its id, and 8 bytes. */
export const PENDING: u8 = 36;
/** The id of a pending entry of a consumer. */
export const OWNED: u8 = 37;
/** How many entries a stream has. */
export const STREAM_LENGTH: u8 = 38;

// Instructions of newer servers, which measure one token (rdb-newer.ts).
export const FIRST_NEWER: u8 = 39;
/** A number that is 0 or 1, and a length after 1. */
export const FLAGGED_LENGTH: u8 = 39;
/** A number that is 0 or 1, and a string after 1. */
export const FLAGGED_STRING: u8 = 40;
/** An item of an array: what it is, then the item. */
export const ARRAY_ITEM: u8 = 41;
/** The id of a template of hashes. */
export const TEMPLATE: u8 = 42;
/** How many fields the template has. STRINGS will step over their names. */
export const TEMPLATE_SIZE: u8 = 43;
/** The id of a template that came before. STRINGS will step over a value for each of its fields. */
export const TEMPLATE_FIELDS: u8 = 44;

export const LOOPS_MOST: u32 = 3;

export const START: usize = memory.data<u8>([HEADER]);
export const NEXT_ENTRY: usize = memory.data<u8>([ENTRY]);

// Values.
const ONE_STRING: usize = memory.data<u8>([KEY, STRING, END_OF_KEY]);
const ONE_PACKED: usize = memory.data<u8>([KEY, PACKED, END_OF_KEY]);
const PACKED_NODES: usize = memory.data<u8>([KEY, LOOP, 1, PACKED, NEXT, 1, END_OF_KEY]);
const STRING_LIST: usize = memory.data<u8>([KEY, COUNT, 1, STRINGS, END_OF_KEY]);
const STRING_SET: usize = memory.data<u8>([KEY, COUNT, 1, MEMBERS, END_OF_KEY]);
const STRING_PAIRS: usize = memory.data<u8>([KEY, COUNT, 2, MEMBERS, END_OF_KEY]);
const TEXT_SCORES: usize = memory.data<u8>([
  KEY, LOOP, 2, MEMBER, TEXT_DOUBLE, NEXT, 2, END_OF_KEY,
]);
const BINARY_SCORES: usize = memory.data<u8>([
  KEY, LOOP, 2, MEMBER, SCORE, NEXT, 2, END_OF_KEY,
]);
const QUICKLIST_NODES: usize = memory.data<u8>([
  KEY, LOOP, 2, CONTAINER, NODE, NEXT, 2, END_OF_KEY,
]);
const MODULE_VALUE: usize = memory.data<u8>([KEY, LENGTH, MODULE_ITEMS, END_OF_KEY]);
const EXPIRING_FIELDS_RC: usize = memory.data<u8>([
  KEY, LOOP, 3, LENGTH, MEMBER, FIELD_VALUE, NEXT, 3, END_OF_KEY,
]);
const EXPIRING_FIELDS: usize = memory.data<u8>([
  KEY, RAW, 8, LOOP, 3, LENGTH, MEMBER, FIELD_VALUE, NEXT, 3, END_OF_KEY,
]);
const EXPIRING_LISTPACK: usize = memory.data<u8>([KEY, RAW, 8, PACKED, END_OF_KEY]);
const VALKEY_EXPIRING_FIELDS: usize = memory.data<u8>([
  KEY, LOOP, 4, MEMBER, FIELD_VALUE, RAW, 8, NEXT, 4, END_OF_KEY,
]);
// A stream: its entries, its length and last id, then its groups. A group: name, last id, pending entries
// and consumers. A consumer: name, when it was last seen, and its pending ids. Type 19 adds a first id, a
// greatest deleted id and a counter to the stream, and a counter to each group. Type 21 also says when a
// consumer was last active.
const STREAM: usize = memory.data<u8>([
  KEY, LOOP, 2, NODE_ID, PACKED, NEXT, 2, STREAM_LENGTH, LENGTH, LENGTH,
  LOOP, 22, GROUP_NAME, LENGTH, LENGTH,
    LOOP, 2, PENDING, LENGTH, NEXT, 2,
    LOOP, 8, CONSUMER_NAME, RAW, 8, LOOP, 1, OWNED, NEXT, 1, NEXT, 8,
    END_OF_GROUP,
  NEXT, 22, END_OF_KEY,
]);
const STREAM_2: usize = memory.data<u8>([
  KEY, LOOP, 2, NODE_ID, PACKED, NEXT, 2, STREAM_LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH,
  LOOP, 23, GROUP_NAME, LENGTH, LENGTH, LENGTH,
    LOOP, 2, PENDING, LENGTH, NEXT, 2,
    LOOP, 8, CONSUMER_NAME, RAW, 8, LOOP, 1, OWNED, NEXT, 1, NEXT, 8,
    END_OF_GROUP,
  NEXT, 23, END_OF_KEY,
]);
const STREAM_3: usize = memory.data<u8>([
  KEY, LOOP, 2, NODE_ID, PACKED, NEXT, 2, STREAM_LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH,
  LOOP, 23, GROUP_NAME, LENGTH, LENGTH, LENGTH,
    LOOP, 2, PENDING, LENGTH, NEXT, 2,
    LOOP, 8, CONSUMER_NAME, RAW, 16, LOOP, 1, OWNED, NEXT, 1, NEXT, 8,
    END_OF_GROUP,
  NEXT, 23, END_OF_KEY,
]);
// Types 26 and 27 add what lets a stream know entries that were added twice: for how long and how many of them it
// remembers; for each producer its id, and for each entry a text and an id; and two counters. Type 27 also keeps
// for each group the ids that were given back.
const STREAM_4: usize = memory.data<u8>([
  KEY, LOOP, 2, NODE_ID, PACKED, NEXT, 2, STREAM_LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH,
  LOOP, 23, GROUP_NAME, LENGTH, LENGTH, LENGTH,
    LOOP, 2, PENDING, LENGTH, NEXT, 2,
    LOOP, 8, CONSUMER_NAME, RAW, 16, LOOP, 1, OWNED, NEXT, 1, NEXT, 8,
    END_OF_GROUP,
  NEXT, 23,
  LENGTH, LENGTH, LOOP, 8, STRING, LOOP, 3, STRING, LENGTH, LENGTH, NEXT, 3, NEXT, 8, LENGTH, LENGTH, END_OF_KEY,
]);
const STREAM_5: usize = memory.data<u8>([
  KEY, LOOP, 2, NODE_ID, PACKED, NEXT, 2, STREAM_LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH, LENGTH,
  LOOP, 29, GROUP_NAME, LENGTH, LENGTH, LENGTH,
    LOOP, 2, PENDING, LENGTH, NEXT, 2,
    LOOP, 8, CONSUMER_NAME, RAW, 16, LOOP, 1, OWNED, NEXT, 1, NEXT, 8,
    END_OF_GROUP,
    LOOP, 2, RAW, 16, NEXT, 2,
  NEXT, 29,
  LENGTH, LENGTH, LOOP, 8, STRING, LOOP, 3, STRING, LENGTH, LENGTH, NEXT, 3, NEXT, 8, LENGTH, LENGTH, END_OF_KEY,
]);
// Untried, since no server at hand writes them: arrays, and hashes whose field names are kept once, in a template.
const ARRAY: usize = memory.data<u8>([
  KEY, COUNT, 1, FLAGGED_LENGTH, ITERATE, 2, LENGTH, ARRAY_ITEM, NEXT, 2, END_OF_KEY,
]);
const TEMPLATE_VALUES: usize = memory.data<u8>([KEY, TEMPLATE_FIELDS, STRINGS, END_OF_KEY]);

// Opcodes.
const HASH_TEMPLATE: usize = memory.data<u8>([TEMPLATE, TEMPLATE_SIZE, STRINGS, END_OF_OPCODE]);
/** A function as the release candidates of Redis 7.0 wrote it: name, engine, perhaps a description, code. */
const EARLY_FUNCTION: usize = memory.data<u8>([STRING, STRING, FLAGGED_STRING, STRING, END_OF_OPCODE]);
/** What modules keep with the key that follows: for each a class, then its items. */
const KEY_METADATA: usize = memory.data<u8>([LOOP, 3, RAW, 4, MODULE_ITEMS, NEXT, 3, END_OF_PREFIX]);
/** A job that imports slots: its name, and ranges of slots. */
const SLOT_IMPORT: usize = memory.data<u8>([STRING, LOOP, 2, LENGTH, LENGTH, NEXT, 2, END_OF_OPCODE]);
const ONE_LENGTH_PREFIX: usize = memory.data<u8>([LENGTH, END_OF_PREFIX]);
const ONE_BYTE_PREFIX: usize = memory.data<u8>([RAW, 1, END_OF_PREFIX]);
const SECONDS_PREFIX: usize = memory.data<u8>([EXPIRY_SECONDS, END_OF_PREFIX]);
const MILLISECONDS_PREFIX: usize = memory.data<u8>([EXPIRY_MILLISECONDS, END_OF_PREFIX]);
const SELECT_DATABASE: usize = memory.data<u8>([DATABASE, END_OF_OPCODE]);
const TABLE_SIZES: usize = memory.data<u8>([LENGTH, LENGTH, END_OF_OPCODE]);
const AUX_FIELD: usize = memory.data<u8>([AUX_NAME, AUX_VALUE, END_OF_OPCODE]);
const MODULE_AUX: usize = memory.data<u8>([
  LENGTH, MODULE_WHEN, LENGTH, MODULE_ITEMS, END_OF_OPCODE,
]);
const FUNCTION_LIBRARY: usize = memory.data<u8>([STRING, END_OF_OPCODE]);
const SLOT_SIZES: usize = memory.data<u8>([LENGTH, LENGTH, LENGTH, END_OF_OPCODE]);
const SEALED_END: usize = memory.data<u8>([SEAL, RAW, 8, FINISH]);
const UNSEALED_END: usize = memory.data<u8>([SEAL, FINISH]);

/** Type bytes from here on are opcodes. */
export const FIRST_OPCODE: u32 = 242;

/** Metadata of a key in a file of Redis, an import of slots in one of Valkey. Nothing in them is looked into. */
export const METADATA_OR_IMPORT: u32 = 243;

/** Functions as the release candidates of Redis 7.0 wrote them. Redis 7.0 loads them. */
export const EARLY_FUNCTIONS: u32 = 246;

/** Whether an opcode is part of the key that follows: expiry, idle time, frequency, metadata. */
// @ts-ignore: decorator
@inline
export function isPrefix(type: u32, isValkey: bool): bool {
  return type == 252 || type == 253 || type == 248 || type == 249 || (type == METADATA_OR_IMPORT && !isValkey);
}

export const GRAMMAR_BYTES: u32 = 256 * 4;

/** Versions whose grammar is known: Redis up to 8.10, Valkey up to 9.2. */
export function isVersionKnown(isValkey: bool, version: u32): bool {
  return isValkey ? version == 80 || version == 81 : version >= 1 && version <= 15;
}

/** Fills the table: the program of each type byte and opcode, or 0 if a file must not have it. */
export function fillGrammar(table: usize, isValkey: bool, version: u32): void {
  memory.fill(table, 0, GRAMMAR_BYTES);
  enter(table, 0, ONE_STRING);
  enter(table, 1, STRING_LIST);
  enter(table, 2, STRING_SET);
  enter(table, 3, TEXT_SCORES);
  enter(table, 4, STRING_PAIRS);
  enter(table, 5, BINARY_SCORES);
  enter(table, 7, MODULE_VALUE);
  enter(table, 9, ONE_PACKED);
  for (let type: u32 = 10; type <= 13; type++) enter(table, type, ONE_PACKED);
  enter(table, 14, PACKED_NODES);
  enter(table, 15, STREAM);
  enter(table, 16, ONE_PACKED);
  enter(table, 17, ONE_PACKED);
  enter(table, 18, QUICKLIST_NODES);
  enter(table, 19, STREAM_2);
  enter(table, 20, ONE_PACKED);
  enter(table, 21, STREAM_3);
  // From here on, Redis and Valkey use the same numbers for different types.
  if (isValkey) {
    enter(table, 22, VALKEY_EXPIRING_FIELDS);
    enter(table, 243, SLOT_IMPORT);
  } else if (version >= 12) {
    enter(table, 22, EXPIRING_FIELDS_RC);
    enter(table, 23, ONE_PACKED);
    enter(table, 24, EXPIRING_FIELDS);
    enter(table, 25, EXPIRING_LISTPACK);
    if (version >= 13) {
      enter(table, 26, STREAM_4);
      enter(table, 243, KEY_METADATA);
    }
    if (version >= 14) {
      enter(table, 27, STREAM_5);
      enter(table, 28, ARRAY);
    }
    if (version >= 15) {
      enter(table, 30, ONE_STRING);
      enter(table, 32, TEMPLATE_VALUES);
      enter(table, 242, HASH_TEMPLATE);
    }
  }
  enter(table, 244, SLOT_SIZES);
  enter(table, 245, FUNCTION_LIBRARY);
  if (version >= 10) enter(table, EARLY_FUNCTIONS, EARLY_FUNCTION);
  enter(table, 247, MODULE_AUX);
  enter(table, 248, ONE_LENGTH_PREFIX);
  enter(table, 249, ONE_BYTE_PREFIX);
  enter(table, 250, AUX_FIELD);
  enter(table, 251, TABLE_SIZES);
  enter(table, 252, MILLISECONDS_PREFIX);
  enter(table, 253, SECONDS_PREFIX);
  enter(table, 254, SELECT_DATABASE);
  enter(table, 255, version >= 5 ? SEALED_END : UNSEALED_END);
}

function enter(table: usize, type: u32, program: usize): void {
  store<u32>(table + type * 4, u32(program));
}
