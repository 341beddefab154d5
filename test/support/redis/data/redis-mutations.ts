// A day's work on a filled redis-server: keys of each type changed in the ways that type allows,
// keys deleted, renamed, made to expire, and new ones. What is changed depends on the seed and on
// what the server holds, never on a clock.
import type { Redis } from 'ioredis';

import { sendCommands, type RedisCommand } from '../redis-commands.js';
import { expiryMs, smallKeys, streamId } from './redis-dataset.js';
import { allKeys, ask, askAll, fields, filledDatabases } from '../redis-reply.js';
import { SeededRandom } from '../../program/seeded-random.js';

type Args = RedisCommand['args'];

/**
 * Changes about `percent` of a hundred keys and adds half as many new ones. The same seed on the
 * same dataset makes the same changes. Leaves the connection in database 0.
 */
export async function mutate(client: Redis, seed: string, percent = 5): Promise<void> {
  const random = new SeededRandom(`${seed}/mutate`);
  const commands: RedisCommand[] = [];
  for (const database of await filledDatabases(client)) {
    await client.call('SELECT', database);
    const names = (await allKeys(client)).filter(() => random.chance(percent));
    const types = await askAll(
      client,
      names.map((name) => ['TYPE', name]),
    );
    for (const [index, name] of names.entries()) {
      for (const args of await changes(client, random, name, String(types[index]))) {
        commands.push({ database, args });
      }
    }
  }
  await client.call('SELECT', 0);
  const added = [...smallKeys(seed, Math.ceil(commands.length / 2))];
  await sendCommands(client, [...commands, ...added, transaction(random)]);
}

async function changes(
  client: Redis,
  random: SeededRandom,
  name: Buffer,
  type: string,
): Promise<Args[]> {
  const fate = random.below(100);
  if (fate < 10) {
    return [[random.pick(['DEL', 'UNLINK']), name]];
  }
  if (fate < 16) {
    return [['RENAME', name, anotherName(random, name)]];
  }
  if (fate < 20) {
    return [['COPY', name, anotherName(random, name)]];
  }
  if (fate < 28) {
    return [random.chance(30) ? ['PERSIST', name] : ['PEXPIREAT', name, expiryMs(random)]];
  }
  return type === 'stream' ? streamChanges(client, random, name) : valueChanges(random, name, type);
}

/** A name that no key has; it still begins with the kind of key, see redis-dataset. */
function anotherName(random: SeededRandom, name: Buffer): Buffer {
  return Buffer.concat([name, Buffer.from(`.${random.hex(6)}`)]);
}

function valueChanges(random: SeededRandom, name: Buffer, type: string): Args[] {
  const word = random.word(random.between(2, 8));
  const number = random.below(1000);
  switch (type) {
    case 'string':
      return [stringChange(random, name, word, number)];
    case 'list':
      return [
        ['RPUSH', name, word, number],
        ['LSET', name, 0, random.word(3)],
        random.chance(50) ? ['LPOP', name] : ['LINSERT', name, 'BEFORE', word, 'inserted'],
      ];
    case 'set':
      return [
        ['SADD', name, name.includes('intset') ? number : word],
        ['SREM', name, random.below(70_000), random.word(2)],
      ];
    case 'hash':
      return [
        ['HSET', name, word, number],
        ['HINCRBY', name, 'counter', number],
        ['HDEL', name, random.word(2)],
      ];
    default:
      return [
        ['ZADD', name, number / 8, word],
        ['ZINCRBY', name, 0.25, word],
        ['ZREMRANGEBYRANK', name, 0, 0],
      ];
  }
}

/** Strings are changed in the way their name says they are used; see redis-dataset. */
function stringChange(random: SeededRandom, name: Buffer, word: string, number: number): Args {
  if (name.includes('hll')) {
    return ['PFADD', name, word, number];
  }
  if (name.includes('bits')) {
    return ['SETBIT', name, number, random.below(2)];
  }
  return random.pick<Args>([
    ['SET', name, word, 'KEEPTTL'],
    ['APPEND', name, word],
    ['SETRANGE', name, random.below(8), word],
    ['GETDEL', name],
    ['SET', name, random.bytes(20)],
  ]);
}

async function streamChanges(client: Redis, random: SeededRandom, name: Buffer): Promise<Args[]> {
  const facts = fields(await ask(client, ['XINFO', 'STREAM', name]));
  const lastMs = Number(String(facts.get('last-generated-id')).split('-')[0]);
  const first = streamId(random, lastMs);
  const second = streamId(random, first.ms);
  return [
    ['XADD', name, first.id, 'field', random.word(5)],
    ['XADD', name, second.id, 'field', random.word(5), 'more', random.below(100)],
    ['XDEL', name, first.id],
    ['XTRIM', name, 'MAXLEN', 100],
  ];
}

/** A script of two writes, which the AOF holds as MULTI, the writes, EXEC. */
function transaction(random: SeededRandom): RedisCommand {
  const script = "redis.call('INCR', KEYS[1]) redis.call('RPUSH', KEYS[2], ARGV[1])";
  return { database: 0, args: ['EVAL', script, 2, 'tx:count', 'tx:log', random.word(6)] };
}
