// What the engine asks of TypeScript while a step runs: to read from a source, and to append to a store.
// Both are synchronous. A read asks only for bytes inside the source, and gets all of them or throws.
// An exception leaves the step unfinished, so the instance must not be used again.

/** Fills `length` bytes at `into` from `position` of a source. Positions are exact up to 2^53. */
@external("host", "read")
declare function hostRead(source: i32, into: usize, length: i32, position: f64): void;

/** Adds `length` bytes at `from` to the end of a store. */
@external("host", "append")
declare function hostAppend(store: i32, from: usize, length: i32): void;

/** The numbers of sources and stores. src/delta/engine/engine.ts has the same. */
export const BASIS = 0;
export const RESULT = 1;
export const TABLE = 2;
export const LITERALS = 3;
export const SECOND_TABLE = 4;
export const FINDS = 5;

export function readSource(source: i32, into: usize, length: u32, position: u64): void {
  if (length != 0) hostRead(source, into, length, f64(position));
}

export function appendTo(store: i32, from: usize, length: u32): void {
  if (length != 0) hostAppend(store, from, length);
}
