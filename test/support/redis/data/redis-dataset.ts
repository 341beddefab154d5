// The data that tests put into a redis-server: every type in each of its encodings, keys that
// expire, several databases, a stream with a consumer group and a function library. Nothing depends
// on a clock, so the same seed and count make the same dataset on every run.
import type { Redis } from 'ioredis';

import { sendCommands, type RedisCommand } from '../redis-commands.js';
import { SeededRandom } from '../../program/seeded-random.js';

type Args = RedisCommand['args'];

/** The databases that hold keys; the first has most of them. */
export const DATABASES = [0, 1, 5, 15] as const;

/** Expiry times lie in a span of ten years from here on: 2100-01-01, far enough for frozen fixtures. */
const EXPIRY_START_MS = 4_102_444_800_000;
const EXPIRY_SPAN_S = 315_360_000;

const FUNCTION_LIBRARY = `#!lua name=rewind
redis.register_function('double', function(keys, args) return 2 * tonumber(args[1]) end)
`;

/** Fills an empty or filled server with about `count` keys; see populateCommands. */
export async function populate(client: Redis, seed: string, count: number): Promise<void> {
  await sendCommands(client, populateCommands(seed, count));
}

/**
 * The commands that make `count` small keys of all types over all databases and, beside them, one
 * large key of each type (about 20 kB in a dump.rdb) and a function library.
 */
export function* populateCommands(seed: string, count: number): Generator<RedisCommand> {
  yield { database: 0, args: ['FUNCTION', 'LOAD', 'REPLACE', FUNCTION_LIBRARY] };
  yield* largeKeys(new SeededRandom(`${seed}/large`));
  yield* smallKeys(seed, count);
}

/** Commands for `count` small keys, with names that another seed does not make again. */
export function* smallKeys(seed: string, count: number): Generator<RedisCommand> {
  const random = new SeededRandom(`${seed}/small`);
  for (let index = 0; index < count; index += 1) {
    const database = random.chance(70) ? DATABASES[0] : random.pick(DATABASES);
    for (const args of smallKey(random)) {
      yield { database, args };
    }
  }
}

/** An absolute expiry time in milliseconds, as PEXPIREAT takes it. */
export function expiryMs(random: SeededRandom): number {
  return EXPIRY_START_MS + random.below(EXPIRY_SPAN_S) * 1000 + random.below(1000);
}

/** A stream entry's id `step` or more milliseconds after `afterMs`. */
export function streamId(random: SeededRandom, afterMs: number): { ms: number; id: string } {
  const ms = afterMs + 1 + random.below(5000);
  return { ms, id: `${ms}-${random.below(3)}` };
}

function smallKey(random: SeededRandom): Args[] {
  const kind = random.below(100);
  const id = random.hex(8);
  if (kind < 40) {
    return [['SET', `str:${id}`, random.word(random.between(1, 14))]];
  }
  if (kind < 52) {
    return [['SET', `int:${id}`, random.below(2 ** random.between(4, 32))]];
  }
  if (kind < 56) {
    return [['SET', `bin:${id}`, random.bytes(random.between(1, 30))]];
  }
  if (kind < 72) {
    return [['SET', `session:${id}`, random.hex(8), 'PXAT', expiryMs(random)]];
  }
  return smallCollection(random, kind, id);
}

function smallCollection(random: SeededRandom, kind: number, id: string): Args[] {
  const some = random.between(1, 5);
  const words = Array.from({ length: some }, () => random.word(random.between(2, 8)));
  const numbered = words.flatMap((word) => [random.between(-500, 500) / 4, word]);
  const expiring: Args[] = random.chance(20)
    ? [['PEXPIREAT', collectionName(kind, id), expiryMs(random)]]
    : [];
  const name = collectionName(kind, id);
  if (kind < 78) {
    return [['RPUSH', name, ...words], ...expiring];
  }
  if (kind < 83) {
    return [['SADD', name, ...words], ...expiring];
  }
  if (kind < 86) {
    return [['SADD', name, ...words.map(() => random.below(70_000))], ...expiring];
  }
  if (kind < 91) {
    return [['HSET', name, ...words.flatMap((word) => [word, random.below(1000)])], ...expiring];
  }
  if (kind < 95) {
    return [['ZADD', name, ...numbered], ...expiring];
  }
  if (kind < 97) {
    return [['PFADD', name, ...words], ...expiring];
  }
  if (kind < 99) {
    return [['SETBIT', name, random.below(300), 1], ...expiring];
  }
  const { id: entryId } = streamId(random, 1_600_000_000_000);
  return [['XADD', name, entryId, 'field', random.word(6)], ...expiring];
}

/** The prefix of a key's name says what it holds, also where redis calls that a string. */
function collectionName(kind: number, id: string): string {
  const prefixes = [
    [78, 'list'],
    [83, 'set'],
    [86, 'intset'],
    [91, 'hash'],
    [95, 'zset'],
    [97, 'hll'],
    [99, 'bits'],
  ] as const;
  const prefix = prefixes.find(([below]) => kind < below)?.[1] ?? 'stream';
  return `${prefix}:${id}`;
}

/** Keys past the limits of the compact encodings: hash tables, skip lists, several list nodes, LZF. */
function* largeKeys(random: SeededRandom): Generator<RedisCommand> {
  const database = DATABASES[0];
  const commands: Args[] = [
    ['SET', 'large:text', 'all work and no play '.repeat(200)],
    ['SET', 'large:bin', random.bytes(1000)],
    ['RPUSH', 'large:list', ...Array.from({ length: 1200 }, (_, index) => `entry ${index % 97}`)],
    ['RPUSH', 'large:list', random.word(30).repeat(300)],
    ['SADD', 'large:set', ...Array.from({ length: 200 }, () => random.word(9))],
    ['SADD', 'large:intset', ...Array.from({ length: 300 }, () => random.below(2 ** 32))],
    ['HSET', 'large:hash', ...Array.from({ length: 1060 }, () => random.word(5))],
    ['ZADD', 'large:zset', '+inf', 'top', '-inf', 'bottom'],
    ['ZADD', 'large:zset', ...scored(random, 200)],
    ['PFADD', 'large:hll', ...Array.from({ length: 1800 }, () => random.hex(8))],
    ['SETBIT', 'large:bits', 30_000, 1],
    ...largeStream(random),
  ];
  for (const args of commands) {
    yield { database, args };
  }
}

function scored(random: SeededRandom, count: number): (string | number)[] {
  return Array.from({ length: count }, () => [random.below(1e6) / 1000, random.word(7)]).flat();
}

/** Entries with a hole, and a group with delivered, claimed and acknowledged ones at fixed times. */
function largeStream(random: SeededRandom): Args[] {
  const commands: Args[] = [];
  const ids: string[] = [];
  let atMs = 1_650_000_000_000;
  for (let index = 0; index < 120; index += 1) {
    const { ms, id } = streamId(random, atMs);
    atMs = ms;
    ids.push(id);
    commands.push(['XADD', 'large:stream', id, 'sensor', index % 7, 'value', random.below(1000)]);
  }
  const [first = '', second = '', third = '', fourth = ''] = ids;
  return [
    ...commands,
    ['XDEL', 'large:stream', ids[60] ?? ''],
    ['XGROUP', 'CREATE', 'large:stream', 'workers', 0],
    ['XGROUP', 'CREATECONSUMER', 'large:stream', 'workers', 'idle'],
    ['XREADGROUP', 'GROUP', 'workers', 'anna', 'COUNT', 3, 'STREAMS', 'large:stream', '>'],
    ['XREADGROUP', 'GROUP', 'workers', 'bert', 'COUNT', 2, 'STREAMS', 'large:stream', '>'],
    ['XACK', 'large:stream', 'workers', first],
    ...[second, third, fourth, ids[4] ?? ''].map((id, index): Args => {
      const consumer = index < 2 ? 'anna' : 'bert';
      const deliveredMs = 1_660_000_000_000 + index;
      const claim = ['XCLAIM', 'large:stream', 'workers', consumer, 0, id] as const;
      return [...claim, 'TIME', deliveredMs, 'RETRYCOUNT', index + 1, 'JUSTID'];
    }),
  ];
}
