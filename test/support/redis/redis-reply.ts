// Replies of a redis-server in RESP2 with every string as bytes, and their canonical form: what the
// dataset digest hashes and what is sorted where redis promises no order.
import { createHash } from 'node:crypto';

import type { Redis } from 'ioredis';

/** A reply in which every string is a Buffer. */
export type Reply = Buffer | number | null | readonly Reply[];

/** Sends one command and returns its reply; throws an error reply. */
export async function ask(client: Redis, args: readonly (string | Buffer)[]): Promise<Reply> {
  return (await askAll(client, [args]))[0] ?? null;
}

/** Sends commands in one pipeline; throws the first error reply. */
export async function askAll(
  client: Redis,
  commands: readonly (readonly (string | Buffer)[])[],
): Promise<Reply[]> {
  const pipeline = client.pipeline();
  for (const [name, ...args] of commands) {
    pipeline.callBuffer(String(name), args);
  }
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error !== null) {
      throw error;
    }
    return reply as Reply;
  });
}

/** Every key of the selected database once, in byte order. */
export async function allKeys(client: Redis): Promise<Buffer[]> {
  const names = new Map<string, Buffer>();
  let cursor = '0';
  do {
    const [next, batch] = items(await ask(client, ['SCAN', cursor, 'COUNT', '1000']));
    for (const name of items(batch)) {
      if (Buffer.isBuffer(name)) {
        names.set(name.toString('latin1'), name);
      }
    }
    cursor = String(next);
  } while (cursor !== '0');
  return [...names.values()].sort((a, b) => Buffer.compare(a, b));
}

/** The numbers of the databases that hold keys, in order. */
export async function filledDatabases(client: Redis): Promise<number[]> {
  const keyspace = String(await client.call('INFO', 'keyspace'));
  const numbers = [...keyspace.matchAll(/^db(\d+):/gm)].map((match) => Number(match[1]));
  return numbers.sort((a, b) => a - b);
}

/** The items of an array reply; none of any other. */
export function items(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}

/** A flat reply of names and values, taken two by two. */
export function pairs(reply: Reply | undefined): Reply[][] {
  const flat = items(reply);
  return Array.from({ length: flat.length / 2 }, (_, index) =>
    flat.slice(2 * index, 2 * index + 2),
  );
}

/** A flat reply of names and values by name. */
export function fields(reply: Reply | undefined): Map<string, Reply> {
  return new Map(pairs(reply).map(([name, value]) => [String(name), value ?? null]));
}

/** The items of an array reply in the byte order of their canonical form. */
export function sorted(reply: Reply | undefined): Reply[] {
  return items(reply)
    .map((item) => ({ item, bytes: canonicalBytes(item) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ item }) => item);
}

/** An unambiguous form of a reply: a tag, the length or number, and the bytes or items. */
export function canonicalBytes(reply: Reply): Buffer {
  if (reply === null) {
    return Buffer.from('_;');
  }
  if (typeof reply === 'number') {
    return Buffer.from(`:${reply};`);
  }
  if (Buffer.isBuffer(reply)) {
    return Buffer.concat([Buffer.from(`$${reply.length};`), reply]);
  }
  const parts = items(reply);
  return Buffer.concat([Buffer.from(`*${parts.length};`), ...parts.map(canonicalBytes)]);
}

/** SHA-256 of a reply's canonical form, in hex. */
export function sha256OfReply(reply: Reply): string {
  return createHash('sha256').update(canonicalBytes(reply)).digest('hex');
}
