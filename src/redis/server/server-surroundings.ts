// Who depends on a server and who watches it, and with which configuration file it was started: what a recovery must know
// beside the facts of a backup. Read once.
import { ServerError } from '../../errors.js';
import { type BytePath, pathFromBytes } from '../../system/files/byte-path.js';
import type { ServerConnection } from '../connection/connection.js';
import { replyItems, replyText } from '../connection/reply.js';
import { infoFlag, infoNumber, readInfo } from '../connection/server-info.js';

export interface ServerSurroundings {
  /** How many replicas are connected. */
  readonly replicas: number;
  /** Whether Sentinels watch it. */
  readonly isWatched: boolean;
  readonly isCluster: boolean;
  /** How often its data was changed since it was saved last; null where it does not say. */
  readonly unsavedChanges: number | null;
  /** `config_file` of INFO, absolute; null where it was started without one. */
  readonly configuration: BytePath | null;
}

/** Every Sentinel subscribes to this channel of each server that it watches (redis sentinel.c, SENTINEL_HELLO_CHANNEL). */
const HELLO_CHANNEL = '__sentinel__:hello';

/** @throws ServerError */
export async function readServerSurroundings(
  connection: ServerConnection,
): Promise<ServerSurroundings> {
  const info = await readInfo(connection, ['server', 'replication', 'cluster', 'persistence']);
  const configuration = pathFromBytes(Buffer.from(info.get('config_file') ?? '', 'utf8'));
  return {
    replicas: infoNumber(info, 'connected_slaves') ?? 0,
    isWatched: await hasSubscribers(connection),
    isCluster: infoFlag(info, 'cluster_enabled'),
    unsavedChanges: infoNumber(info, 'rdb_changes_since_last_save'),
    configuration: configuration.startsWith('/') ? configuration : null,
  };
}

async function hasSubscribers(connection: ServerConnection): Promise<boolean> {
  try {
    const [, count = null] = replyItems(await connection.call(['PUBSUB', 'NUMSUB', HELLO_CHANNEL]));
    return /^[1-9][0-9]*$/.test(replyText(count));
  } catch (error) {
    if (!(error instanceof ServerError) || error.trouble !== 'permission') throw error;
    const { trouble, message, address } = error;
    throw new ServerError(trouble, message, {
      address,
      hint: 'give the user +pubsub|numsub: Sentinels that watch the server would undo its recovery',
      cause: error,
    });
  }
}
