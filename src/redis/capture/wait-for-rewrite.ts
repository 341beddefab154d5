// Waiting until a server's AOF is whole: while the first rewrite after `appendonly yes` runs there is
// none that could be loaded. A later rewrite does no harm; servers that are rewriting all the time are
// not waited for longer than one of them takes.
import { ServerError } from '../../errors.js';
import type { ServerConnection } from '../connection/connection.js';
import type { Patience } from '../connection/patience.js';
import { infoFlag, infoNumber, readInfo } from '../server/server-info.js';

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
      // Counts the rewrites that were begun (7.0): one more than the first seen to run has ended that.
      const count = infoNumber(info, 'aof_rewrites');
      if (isRewriting) first ??= count;
      return first !== null && count !== null && count > first ? true : null;
    },
    () =>
      new ServerError('timeout', `Redis at ${connection.address} is still rewriting its AOF`, {
        hint: '--wait-timeout says for how long to wait for that',
      }),
  );
}
