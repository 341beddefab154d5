// Waits until the AOF of a server is whole. During the first rewrite after `appendonly yes` there is no
// AOF that a server could load. A later rewrite does no harm. A server may rewrite all the time, so one
// rewrite is waited for, and no more.
import { ServerError } from '../../errors.js';
import type { ServerConnection } from '../connection/connection.js';
import type { Patience } from '../connection/patience.js';
import { infoFlag, infoNumber, readInfo } from '../connection/server-info.js';

/** @throws ServerError */
export async function waitForRewrite(
  connection: ServerConnection,
  patience: Patience,
): Promise<void> {
  let first: number | null = null;
  await patience.until(
    async () => {
      const info = await patience.whileOccupied(async () => readInfo(connection, ['persistence']));
      const isRewriting = infoFlag(info, 'aof_rewrite_in_progress');
      if (!isRewriting && !infoFlag(info, 'aof_rewrite_scheduled')) return true;
      // The count of rewrites that were begun (7.0). When it rises, the rewrite that was seen has ended.
      const count = infoNumber(info, 'aof_rewrites');
      if (isRewriting) first ??= count;
      return first !== null && count !== null && count > first ? true : null;
    },
    () =>
      new ServerError('timeout', `Redis at ${connection.address} is still rewriting its AOF`, {
        address: connection.address,

        hint: 'raise --wait-timeout to wait longer',
      }),
  );
}
