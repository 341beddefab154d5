// Checks the type of a value that was read from a row. In a damaged database a column may hold a value of
// any type, even in a STRICT table.
import { CorruptError } from '../errors.js';

/** @throws CorruptError where the value is not a BLOB */
export function toBlob(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw wrongType('bytes', value);
}

/** @throws CorruptError where the value is not an integer */
export function toBigInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  throw wrongType('a number', value);
}

/** An integer as a number, exact up to 2^53. Errors as in toBigInt. */
export function toInteger(value: unknown): number {
  return Number(toBigInt(value));
}

function wrongType(wanted: string, value: unknown): CorruptError {
  const found = value === null ? 'nothing' : `a ${typeof value}`;
  return new CorruptError(`the catalog has ${found} where ${wanted} should be`, {
    hint: "'redis-rewind verify REPO' shows what is damaged",
  });
}
