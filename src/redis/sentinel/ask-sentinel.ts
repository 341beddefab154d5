// Asks one Sentinel where the server is, through a connection of our own. The Sentinel support of ioredis
// is not used: it retries by itself and hides failures. It tells neither why a Sentinel was passed over
// nor which ACL right is missing.
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

/** @throws ServerError; UsageError where --master has to name the primary */
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
    throw new ServerError('failed', `Sentinel at ${address} knows no primary '${primary.name}'`, {
      address,
    });
  }
  const replicas = parseReplicas(await askReplicas(connection, primary.name));
  return { primary, endpoint, replicas };
}

async function askPrimaries(connection: ServerConnection): Promise<Reply> {
  try {
    return await connection.call(['SENTINEL', 'MASTERS']);
  } catch (error) {
    if (!isTrouble(error, 'unknown-command')) throw error;
    throw new ServerError('foreign', `Redis at ${connection.address} is a server, not a Sentinel`, {
      address: connection.address,

      hint: 'name a server with -h and -p, or with --redis; the usual port of a Sentinel is 26379',
      cause: error,
    });
  }
}

/** Before Redis 5.0 the subcommand was named SLAVES. */
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
