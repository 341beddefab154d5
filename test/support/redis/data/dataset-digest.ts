// One SHA-256 for what a redis-server holds, whatever order or encoding it has it in: keys, types,
// values and absolute expiry times of every database, consumer groups and functions. Two servers
// with the same digest answer every read the same way. A server before 7.0 does not tell absolute times: of its
// keys only whether they expire is digested.
import { createHash, type Hash } from 'node:crypto';

import type { Redis } from 'ioredis';

import {
  allKeys,
  ask,
  askAll,
  canonicalBytes,
  fields,
  filledDatabases,
  items,
  pairs,
  sha256OfReply,
  sorted,
  type Reply,
} from '../redis-reply.js';
import { type ServerFeatures, readServerFeatures } from './server-features.js';

/** What one database holds. */
export interface DatabaseDigest {
  readonly keys: number;
  /** How many of the keys expire. */
  readonly expiring: number;
  /** How many keys there are of each type, by redis's names. */
  readonly types: Readonly<Record<string, number>>;
  /** SHA-256 of the keys in byte order, in hex. */
  readonly sha256: string;
}

/** What a server holds; compared with deepEqual it shows which database differs. */
export interface DatasetDigest {
  readonly keys: number;
  /** By database number; empty databases are left out. */
  readonly databases: Readonly<Record<string, DatabaseDigest>>;
  /** SHA-256 of the function libraries, in hex. */
  readonly functions: string;
  /** SHA-256 over all of the above, in hex. */
  readonly sha256: string;
}

interface KeyFacts {
  readonly name: Buffer;
  readonly type: string;
  /** Unix time in milliseconds, -1 without expiry, 0 where the server does not tell it. */
  readonly expiresAtMs: number;
}

const BATCH = 500;

/** Of the fields of XINFO STREAM those that outlive a restart. */
const LASTING_STREAM_FIELDS = new Set([
  'length',
  'last-generated-id',
  'max-deleted-entry-id',
  'entries-added',
  'groups',
]);

/**
 * Reads everything the server holds and digests it; leaves the connection in database 0.
 * The dataset must not change meanwhile. Consumers' last-seen times are left out: replaying an AOF
 * sets them anew. Throws for a type it does not know.
 */
export async function datasetDigest(client: Redis): Promise<DatasetDigest> {
  const features = await readServerFeatures(client);
  const databases: Record<string, DatabaseDigest> = {};
  for (const database of await filledDatabases(client)) {
    await client.call('SELECT', database);
    databases[String(database)] = await databaseDigest(client, features);
  }
  await client.call('SELECT', 0);
  const libraries = features.hasFunctions
    ? await ask(client, ['FUNCTION', 'LIST', 'WITHCODE'])
    : null;
  const functions = sha256OfReply(sorted(libraries ?? []));
  const keys = Object.values(databases).reduce((sum, database) => sum + database.keys, 0);
  const whole = createHash('sha256')
    .update(JSON.stringify([databases, functions]))
    .digest('hex');
  return { keys, databases, functions, sha256: whole };
}

async function databaseDigest(client: Redis, features: ServerFeatures): Promise<DatabaseDigest> {
  const hash = createHash('sha256');
  const names = await allKeys(client);
  const types = new Map<string, number>();
  let expiring = 0;
  for (let start = 0; start < names.length; start += BATCH) {
    const facts = await keyFacts(client, names.slice(start, start + BATCH), features);
    const values = await askAll(client, facts.map(readCommand));
    for (const [index, key] of facts.entries()) {
      const value = await wholeValue(client, key, values[index] ?? null, features);
      addKey(hash, key, value);
      types.set(key.type, (types.get(key.type) ?? 0) + 1);
      expiring += key.expiresAtMs === -1 ? 0 : 1;
    }
  }
  return {
    keys: names.length,
    expiring,
    types: Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1))),
    sha256: hash.digest('hex'),
  };
}

/** @param value what readCommand's command said */
async function wholeValue(
  client: Redis,
  { name, type }: KeyFacts,
  value: Reply,
  features: ServerFeatures,
): Promise<Reply> {
  if (type === 'stream') return streamValue(client, name);
  if (type === 'vectorset') return vectors(client, name, items(value));
  if (type !== 'hash' || !features.hasFieldExpiry) return value;
  const names = pairs(value).map(([field]) => field as Buffer);
  const count = String(names.length);
  const times = items(await ask(client, ['HPEXPIRETIME', name, 'FIELDS', count, ...names]));
  const expiring = names.map((field, index) => [field, times[index] ?? null] as Reply);
  return times.some((time) => time !== -1) ? [value, sorted(expiring)] : value;
}

/** Each element with its vector, as the server keeps it. */
async function vectors(client: Redis, name: Buffer, elements: readonly Reply[]): Promise<Reply> {
  const questions = elements.map((element) => ['VEMB', name, element as Buffer]);
  const answers = await askAll(client, questions);
  return sorted(elements.map((element, index) => [element, answers[index] ?? null] as Reply));
}

function addKey(hash: Hash, key: KeyFacts, value: Reply): void {
  const canonicalValue =
    key.type === 'set' ? sorted(value) : key.type === 'hash' ? canonicalHash(value) : value;
  hash.update(canonicalBytes([key.name, Buffer.from(key.type), key.expiresAtMs, canonicalValue]));
}

/** Of a hash without times its fields; of one with times, the fields and then the times. */
function canonicalHash(value: Reply): Reply {
  const [fieldsAlone, times] = items(value);
  return Array.isArray(times) && items(value).length === 2
    ? [sorted(pairs(fieldsAlone)), times]
    : sorted(pairs(value));
}

/** The command whose reply holds the whole value of a key; for a stream just its entries. */
function readCommand(key: KeyFacts): (string | Buffer)[] {
  switch (key.type) {
    case 'string':
      return ['GET', key.name];
    case 'list':
      return ['LRANGE', key.name, '0', '-1'];
    case 'set':
      return ['SMEMBERS', key.name];
    case 'hash':
      return ['HGETALL', key.name];
    case 'zset':
      return ['ZRANGE', key.name, '0', '-1', 'WITHSCORES'];
    case 'stream':
      return ['XLEN', key.name];
    case 'vectorset':
      return ['VRANDMEMBER', key.name, '1000000'];
    default:
      throw new Error(`type '${key.type}' is unknown to the digest`);
  }
}

/** Entries, counters, groups, and who has which entries pending since when and how often. */
async function streamValue(client: Redis, name: Buffer): Promise<Reply> {
  const [entries, facts, groups, full] = await askAll(client, [
    ['XRANGE', name, '-', '+'],
    ['XINFO', 'STREAM', name],
    ['XINFO', 'GROUPS', name],
    ['XINFO', 'STREAM', name, 'FULL', 'COUNT', '0'],
  ]);
  const lasting = pairs(facts).filter(([field]) => LASTING_STREAM_FIELDS.has(String(field)));
  const pending = items(fields(full).get('groups')).map((group) => {
    const groupFields = fields(group);
    const consumers = items(groupFields.get('consumers')).map((consumer) => {
      const consumerFields = fields(consumer);
      return [consumerFields.get('name') ?? null, consumerFields.get('pending') ?? null];
    });
    return [groupFields.get('pel') ?? null, sorted(consumers)];
  });
  return [entries ?? null, lasting, groups ?? null, pending];
}

async function keyFacts(
  client: Redis,
  names: readonly Buffer[],
  { hasExpiryTimes }: ServerFeatures,
): Promise<KeyFacts[]> {
  const expiry = hasExpiryTimes ? 'PEXPIRETIME' : 'PTTL';
  const questions = names.flatMap((name) => [
    ['TYPE', name],
    [expiry, name],
  ]);
  const replies = await askAll(client, questions);
  return names.map((name, index) => ({
    name,
    type: String(replies[2 * index]),
    expiresAtMs: toExpiry(Number(replies[2 * index + 1]), hasExpiryTimes),
  }));
}

function toExpiry(reply: number, isTime: boolean): number {
  return isTime || reply < 0 ? reply : 0;
}
