// The types of values in an RDB: what the server calls the type, and how the value is kept. From 22 on,
// one type byte can mean different things to Redis and to Valkey.
import type { RdbFormat } from './rdb-format.js';

/** As the TYPE command says it. There, the value of a module has the module's own name. */
export type ValueKind = 'string' | 'list' | 'set' | 'zset' | 'hash' | 'stream' | 'array' | 'module';

export interface ValueType {
  readonly kind: ValueKind;
  /** How the value is kept in the file. */
  readonly encoding: string;
}

const TYPES: Readonly<Record<number, ValueType>> = {
  0: { kind: 'string', encoding: 'string' },
  1: { kind: 'list', encoding: 'strings' },
  2: { kind: 'set', encoding: 'strings' },
  3: { kind: 'zset', encoding: 'strings with scores as text' },
  4: { kind: 'hash', encoding: 'strings' },
  5: { kind: 'zset', encoding: 'strings with scores' },
  7: { kind: 'module', encoding: 'items' },
  9: { kind: 'hash', encoding: 'zipmap' },
  10: { kind: 'list', encoding: 'ziplist' },
  11: { kind: 'set', encoding: 'intset' },
  12: { kind: 'zset', encoding: 'ziplist' },
  13: { kind: 'hash', encoding: 'ziplist' },
  14: { kind: 'list', encoding: 'ziplists' },
  15: { kind: 'stream', encoding: 'listpacks' },
  16: { kind: 'hash', encoding: 'listpack' },
  17: { kind: 'zset', encoding: 'listpack' },
  18: { kind: 'list', encoding: 'listpacks' },
  19: { kind: 'stream', encoding: 'listpacks, second form' },
  20: { kind: 'set', encoding: 'listpack' },
  21: { kind: 'stream', encoding: 'listpacks, third form' },
};

const REDIS_TYPES: Readonly<Record<number, ValueType>> = {
  22: { kind: 'hash', encoding: 'strings with expiry, 7.4 release candidate' },
  23: { kind: 'hash', encoding: 'listpack with expiry, 7.4 release candidate' },
  24: { kind: 'hash', encoding: 'strings with expiry' },
  25: { kind: 'hash', encoding: 'listpack with expiry' },
  26: { kind: 'stream', encoding: 'listpacks, fourth form' },
  27: { kind: 'stream', encoding: 'listpacks, fifth form' },
  28: { kind: 'array', encoding: 'items' },
  30: { kind: 'hash', encoding: 'listpack with template' },
  32: { kind: 'hash', encoding: 'strings with template' },
};

const REDIS_FIELD_EXPIRY_FROM = 12;

const VALKEY_TYPES: Readonly<Record<number, ValueType>> = {
  22: { kind: 'hash', encoding: 'strings with expiry' },
};

/** What a type byte means in a file of this format. Null if no walk gets past it. */
export function describeType(format: RdbFormat, type: number): ValueType | null {
  if (format.magic === 'VALKEY') return TYPES[type] ?? VALKEY_TYPES[type] ?? null;
  const hasFieldExpiry = format.version >= REDIS_FIELD_EXPIRY_FROM;
  return TYPES[type] ?? (hasFieldExpiry ? REDIS_TYPES[type] : undefined) ?? null;
}
