// What one Sentinel knows of a primary and its replicas.
import { ServerError, UsageError } from '../errors.js';
import type { ServerConnection } from './connection.js';
import { type Reply, replyItems, replyText } from './reply.js';
import type { Endpoint } from './server-address.js';

/** A server as a Sentinel sees it. */
export interface WatchedServer {
  readonly endpoint: Endpoint & { readonly kind: 'tcp' };
  /** Of a replica: whether it is there and follows its primary. Of a primary: whether it is there. */
  readonly isUp: boolean;
  /** How far a replica has followed; 0 for a primary. */
  readonly replicationOffset: number;
}

/** A primary and its replicas, under the name that Sentinels know them by. */
export interface WatchedService {
  readonly name: string;
  readonly primary: WatchedServer;
  readonly replicas: readonly WatchedServer[];
}

/**
 * Asks a Sentinel for a service.
 * @param name null for the only one that it watches
 * @throws ServerError; UsageError where there are several and none is named
 */
export async function askSentinel(
  sentinel: ServerConnection,
  name: string | null,
): Promise<WatchedService> {
  const watched = replyItems(await listPrimaries(sentinel)).map(toFields);
  const names = watched.map((fields) => fields.get('name') ?? '');
  const shown = names.toSorted().join(', ');
  if (name === null && names.length > 1) {
    throw new UsageError(`the Sentinel at ${sentinel.server} watches several primaries: ${shown}`, {
      hint: '--master NAME says which one is meant',
    });
  }
  const fields = name === null ? watched[0] : watched[names.indexOf(name)];
  const primary = fields === undefined ? null : toServer(fields);
  if (fields === undefined || primary === null) {
    const whom = name === null ? 'no primary' : `no primary called '${name}'`;
    const others = names.length === 0 ? '' : `, but ${shown}`;
    const says = `Redis at ${sentinel.server} watches ${whom}${others}`;
    throw new ServerError('failed', says, {
      hint: '--master NAME is the name in the line "sentinel monitor NAME …" of its configuration',
    });
  }
  const found = fields.get('name') ?? '';
  const replicas = (await listReplicas(sentinel, found)).flatMap((each) => toServer(each) ?? []);
  return { name: found, primary, replicas };
}

type Fields = ReadonlyMap<string, string>;

async function listPrimaries(sentinel: ServerConnection): Promise<Reply> {
  try {
    return await sentinel.call(['SENTINEL', 'MASTERS']);
  } catch (error) {
    if (!(error instanceof ServerError) || error.trouble !== 'unknown-command') throw error;
    throw new ServerError('foreign', `Redis at ${sentinel.server} is a server, and no Sentinel`, {
      hint: 'name it with -h and -p, without --sentinel; Sentinels listen on port 26379 as a rule',
    });
  }
}

/** Redis before 5 knows the older name alone. */
async function listReplicas(sentinel: ServerConnection, name: string): Promise<Fields[]> {
  const ask = async (word: string): Promise<Fields[]> =>
    replyItems(await sentinel.call(['SENTINEL', word, name])).map(toFields);
  try {
    return await ask('REPLICAS');
  } catch (error) {
    if (error instanceof ServerError && error.trouble === 'unknown-command') return ask('SLAVES');
    throw error;
  }
}

/** A reply of names and values in turn. */
function toFields(reply: Reply): Fields {
  const words = replyItems(reply).map(replyText);
  const pairs = words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? '']] : []));
  return new Map(pairs as [string, string][]);
}

/** Flags of a server that is not to be used (redis sentinel.c, sentinelRedisInstanceFlags). */
const DOWN_FLAGS = ['s_down', 'o_down', 'disconnected'];

function toServer(fields: Fields): WatchedServer | null {
  const host = fields.get('ip') ?? '';
  const port = Number(fields.get('port'));
  if (host === '' || !Number.isInteger(port) || port < 1) return null;
  const flags = (fields.get('flags') ?? '').split(',');
  const isLinked = (fields.get('master-link-status') ?? 'ok') === 'ok';
  return {
    endpoint: { kind: 'tcp', host, port },
    isUp: isLinked && !flags.some((flag) => DOWN_FLAGS.includes(flag)),
    replicationOffset: Number(fields.get('slave-repl-offset') ?? 0) || 0,
  };
}
