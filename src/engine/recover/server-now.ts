// What a server holds once it is back, for the report.
import { Patience } from '../../redis/connection/patience.js';
import { readServerFacts } from '../../redis/server/server-facts.js';
import type { RunContext } from '../run/run-context.js';
import type { RecoveryTarget } from './reach-target.js';
import type { ServerNow } from './recover-report.js';

/** @throws ServerError */
export async function readServerNow(
  { connect }: Pick<RecoveryTarget, 'connect'>,
  waitTimeoutMs: number,
  { clock, checkpoint }: RunContext,
): Promise<ServerNow> {
  const connection = await connect();
  try {
    const patience = new Patience(clock, checkpoint, waitTimeoutMs);
    const facts = await readServerFacts(connection, patience, () => undefined);
    const databases = facts.databases.map(({ database, keys, expiringKeys }) => ({
      database,
      keys,
      expiringKeys,
    }));
    const keys = databases.reduce((sum, each) => sum + each.keys, 0);
    return { keys, databases, isAofOn: facts.isAofEnabled };
  } finally {
    connection.close();
  }
}
