// Reads JSON that the catalog keeps as text. The type and range of each field are checked, because a
// repository may come from elsewhere. Unknown fields are ignored, so a later program can add a field without
// a new format version. A field that older programs must not ignore needs a new format version. A word is read
// as text even where this program writes one of a few words, so that a later program can add a word.
import { CorruptError } from '../../errors.js';

/** What to say of a text of the catalog that cannot be decoded. */
export interface StoredText {
  /** Such as `the notes of snapshot 4 are damaged`. */
  readonly damage: string;
  readonly snapshotId?: number;
}

/** @throws CorruptError where the text is not JSON, or `decode` throws */
export function decodeStored<T>(
  text: string,
  { damage, ...of }: StoredText,
  decode: (value: unknown) => T,
): T {
  try {
    return decode(parseJson(text));
  } catch (cause) {
    throw new CorruptError(`${damage}: ${(cause as Error).message}`, {
      ...of,
      hint: VERIFY_HINT,
      cause,
    });
  }
}

export const VERIFY_HINT = "'redis-rewind verify REPO' shows what is damaged";

/** @throws Error that does not quote the text, which may be of any length and hold anything */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the text is not JSON');
  }
}

/** @throws Error where the value is not an array */
export function decodeList<T>(
  value: unknown,
  name: string,
  decode: (item: StoredObject) => T,
): T[] {
  if (!Array.isArray(value)) throw new Error(`${name} is not a list`);
  return value.map((item, index) => decode(new StoredObject(item, `item ${index} of ${name}`)));
}

/** A JSON object. Every method throws an Error with the field's name where the value is of a wrong type. */
export class StoredObject {
  readonly #fields: Record<string, unknown>;

  constructor(value: unknown, name: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Error(`${name} is not an object`);
    }
    this.#fields = value as Record<string, unknown>;
  }

  text(field: string): string {
    const value = this.#get(field);
    if (typeof value !== 'string') throw new Error(`'${field}' is not text`);
    return value;
  }

  textOrNull(field: string): string | null {
    return this.#orNull(field, () => this.text(field));
  }

  /** For a field that older programs did not write. Null where the field is missing. */
  laterTextOrNull(field: string): string | null {
    return Object.hasOwn(this.#fields, field) ? this.textOrNull(field) : null;
  }

  /** A whole number, 0 or more. */
  count(field: string): number {
    const value = this.#get(field);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw new Error(`'${field}' is not a count`);
    }
    return value;
  }

  countOrNull(field: string): number | null {
    return this.#orNull(field, () => this.count(field));
  }

  /** As laterTextOrNull. */
  laterCountOrNull(field: string): number | null {
    return Object.hasOwn(this.#fields, field) ? this.countOrNull(field) : null;
  }

  /** Any number, for values of a server: they may be negative or fractions. */
  numberOrNull(field: string): number | null {
    return this.#orNull(field, () => {
      const value = this.#get(field);
      if (!Number.isFinite(value)) throw new Error(`'${field}' is not a number`);
      return value as number;
    });
  }

  /** ISO 8601 in UTC with whole seconds, such as `2026-11-22T03:00:00Z`. */
  timeOrNull(field: string): string | null {
    return this.#orNull(field, () => {
      const value = this.text(field);
      if (!TIME.test(value) || Number.isNaN(Date.parse(value))) {
        throw new Error(`'${field}' is not a time`);
      }
      return value;
    });
  }

  list<T>(field: string, decode: (item: StoredObject) => T): T[] {
    return decodeList(this.#get(field), `'${field}'`, decode);
  }

  objectOrNull<T>(field: string, decode: (object: StoredObject) => T): T | null {
    return this.#orNull(field, () => decode(new StoredObject(this.#get(field), `'${field}'`)));
  }

  #get(field: string): unknown {
    return Object.hasOwn(this.#fields, field) ? this.#fields[field] : undefined;
  }

  #orNull<T>(field: string, decode: () => T): T | null {
    return this.#get(field) === null ? null : decode();
  }
}

/** A year below 0 or above 9999 has a sign and six digits. */
const TIME = /^(?:\d{4}|[-+]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
