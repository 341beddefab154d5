// The clock of a server (TIME).
import { ServerError } from '../../errors.js';
import type { ServerConnection } from '../connection/connection.js';
import { replyItems, replyText } from '../connection/reply.js';

/** Whole seconds since 1970 by the server's clock. @throws ServerError */
export async function readServerTime(connection: ServerConnection): Promise<number> {
  const [seconds = null] = replyItems(await connection.call(['TIME']));
  const text = replyText(seconds);
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new ServerError('foreign', `Redis at ${connection.address} does not tell the time`, {
    address: connection.address,
    hint: 'check that it is a Redis or Valkey server, not a Sentinel or a proxy',
  });
}
