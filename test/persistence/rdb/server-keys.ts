// The keys that a server says it holds, and the keys that a walk finds in a dump, in the same words, so
// that they can be compared.
import type { Redis } from 'ioredis';

import { decodeRdbString } from '../../../src/persistence/rdb/decode-string.js';
import { describeType } from '../../../src/persistence/rdb/value-types.js';
import { allKeys, askAll, filledDatabases } from '../../support/redis/redis-reply.js';
import type { FoundWalk } from './found-records.js';

export interface ServerKey {
  readonly database: number;
  /** In hex, since a name may be any bytes. */
  readonly name: string;
  readonly type: string;
  readonly expiresAtMs: number;
}

/** By database and name. The connection is in database 0 afterwards. */
export async function askForKeys(client: Redis): Promise<ServerKey[]> {
  const keys: ServerKey[] = [];
  for (const database of await filledDatabases(client)) {
    await client.call('SELECT', database);
    const names = await allKeys(client);
    const replies = await askAll(
      client,
      names.flatMap((name) => [
        ['TYPE', name],
        ['PEXPIRETIME', name],
      ]),
    );
    for (const [index, name] of names.entries()) {
      keys.push({
        database,
        name: name.toString('hex'),
        type: String(replies[2 * index]),
        expiresAtMs: Number(replies[2 * index + 1]),
      });
    }
  }
  await client.call('SELECT', 0);
  return keys.sort(byName);
}

/** By database and name, from the bytes of the dump that was walked. */
export function keysOfWalk(bytes: Uint8Array, { walk, records }: FoundWalk): ServerKey[] {
  const { format } = walk;
  if (format === null) return [];
  return records
    .map(({ database, typeAt, type, expiresAtMs }) => ({
      database,
      name: decodeRdbString(bytes, typeAt + 1).value.toString('hex'),
      type: describeType(format, type)?.kind ?? `type ${type}`,
      expiresAtMs,
    }))
    .sort(byName);
}

function byName(a: ServerKey, b: ServerKey): number {
  return a.database - b.database || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
