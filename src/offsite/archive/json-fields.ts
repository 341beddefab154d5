// One line of a manifest, read field by field. It may come from anybody, so nothing in it is taken for granted: neither its
// depth, which a recursive walk would not survive, nor how many values it has, which take far more memory than their text,
// nor the type of any field.
import { CorruptError } from '../../errors.js';

/** Deeper than anything that a program writes there. */
const MOST_DEPTH = 16;

/** @throws CorruptError where the text is not one JSON object, or has more than `mostValues` values */
export function parseLine(bytes: Uint8Array, name: string, mostValues: number): JsonFields {
  requireBounded(bytes, name, mostValues);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new CorruptError(`${name} is not JSON`, { cause });
  }
  return new JsonFields(value, name);
}

/** Text that is not JSON may be counted wrongly: the parser refuses it. */
function requireBounded(bytes: Uint8Array, name: string, mostValues: number): void {
  let depth = 0;
  // Each value but the first of a list follows a comma. A list or an object without any is a value, too.
  let values = 0;
  let isString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) isString = !isString;
    else if (isString) {
      if (byte === BACKSLASH) index += 1;
    } else if (byte === COMMA) values += 1;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      values += 1;
      if (depth > MOST_DEPTH) throw new CorruptError(`${name} is nested too deep`);
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
  }
  if (values > mostValues) throw new CorruptError(`${name} has too many values`);
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Every method throws CorruptError for a field that is not there or is of another type. Further fields do not matter. */
export class JsonFields {
  readonly value: Readonly<Record<string, unknown>>;
  readonly #name: string;

  constructor(value: unknown, name: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new CorruptError(`${name} is not a JSON object`);
    }
    this.value = value as Readonly<Record<string, unknown>>;
    this.#name = name;
  }

  text(field: string): string {
    const value = this.value[field];
    return typeof value === 'string' ? value : this.#refuse(field);
  }

  textOrNull(field: string): string | null {
    return this.value[field] === null ? null : this.text(field);
  }

  /** A whole number from 0 to `most`. */
  count(field: string, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.value[field];
    const isCount =
      Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
    return isCount ? (value as number) : this.#refuse(field);
  }

  truth(field: string): boolean {
    const value = this.value[field];
    return typeof value === 'boolean' ? value : this.#refuse(field);
  }

  /** The part of a text that a pattern has in its first group. */
  matched(field: string, pattern: RegExp): string {
    return pattern.exec(this.text(field))?.[1] ?? this.#refuse(field);
  }

  object(field: string): JsonFields {
    return new JsonFields(this.value[field], `'${field}' of ${this.#name}`);
  }

  objectOrNull(field: string): JsonFields | null {
    return this.value[field] === null ? null : this.object(field);
  }

  #refuse(field: string): never {
    throw new CorruptError(`'${field}' of ${this.#name} is missing or makes no sense`);
  }
}
