// One Sentinel, asked where the server is. It is spoken to through the same connection as a server, and
// not through the Sentinel support of ioredis: that retries by itself, keeps failures to itself, and
// neither tells why a Sentinel was passed over nor names a right that lacks.
import { ServerError } from '../../errors.js';
import type { ServerConnection } from '../connection/connection.js';
import type { Reply } from '../connection/reply.js';
import {
  type SentinelView,
  choosePrimary,
  parseEndpointReply,
  parsePrimaries,
  parseReplicas,
} from './sentinel-view.js';

/** @throws ServerError; UsageError where the primary has to be named */
export async function askSentinel(
  connection: ServerConnection,
  masterName: string | null,
): Promise<SentinelView> {
  const { address } = connection;
  const primaries = parsePrimaries(await askPrimaries(connection));
  const primary = choosePrimary(address, primaries, masterName);
  const endpoint = parseEndpointReply(
    await connection.call(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', primary.name]),
  );
  if (endpoint === null) {
    throw new ServerError('failed', `Sentinel at ${address} knows no primary '${primary.name}'`);
  }
  const replicas = parseReplicas(await askReplicas(connection, primary.name));
  return { primary, endpoint, replicas };
}

async function askPrimaries(connection: ServerConnection): Promise<Reply> {
  try {
    return await connection.call(['SENTINEL', 'MASTERS']);
  } catch (error) {
    if (!isTrouble(error, 'unknown-command')) throw error;
    throw new ServerError(
      'foreign',
      `Redis at ${connection.address} is a server, and no Sentinel`,
      {
        hint: '-h and -p, or --redis, name a server; a Sentinel mostly has port 26379',
        cause: error,
      },
    );
  }
}

/** Before 5.0 it goes by another name. */
async function askReplicas(connection: ServerConnection, name: string): Promise<Reply> {
  try {
    return await connection.call(['SENTINEL', 'REPLICAS', name]);
  } catch (error) {
    if (!isTrouble(error, 'unknown-command')) throw error;
    return connection.call(['SENTINEL', 'SLAVES', name]);
  }
}

function isTrouble(error: unknown, trouble: ServerError['trouble']): boolean {
  return error instanceof ServerError && error.trouble === trouble;
}
