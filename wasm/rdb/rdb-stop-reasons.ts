// Why a walk through an RDB ends early. src/persistence/rdb/stop-reasons.ts has the words for the numbers.

export const BAD_LENGTH = 1;
export const BAD_STRING = 2;
export const TOO_LONG = 3;
export const BAD_MODULE_ITEM = 4;
export const BAD_CONTAINER = 5;
export const NOT_AN_RDB = 6;
export const UNKNOWN_VERSION = 7;
export const TRUNCATED = 8;
export const UNKNOWN_TYPE = 9;
export const UNKNOWN_OPCODE = 10;
export const BAD_DATABASE = 12;
export const BAD_MODULE_AUX = 14;
export const BAD_ARRAY_ITEM = 15;
export const UNKNOWN_TEMPLATE = 16;
