// What a server holds once everything is done, for the report.
import { InterruptedError, RewindError } from '../../errors.js';
import { Patience } from '../../redis/connection/patience.js';
import { type ServerFacts, readServerFacts } from '../../redis/server/server-facts.js';
import type { ServerNow } from './recover-report.js';
import type { CommandRun } from './recovery-run.js';
import { StoppedRecoveryError } from './stopped-recovery-error.js';

/**
 * @param standing where things stand, for an error
 * @throws RewindError where the server does not answer; everything is done all the same
 */
export async function readServerNow(run: CommandRun, standing: string): Promise<ServerNow> {
  try {
    const facts = await readFacts(run);
    const databases = facts.databases.map(({ database, keys, expiringKeys }) => ({
      database,
      keys,
      expiringKeys,
    }));
    const keys = databases.reduce((sum, each) => sum + each.keys, 0);
    return { keys, databases, isAofOn: facts.isAofEnabled };
  } catch (error) {
    if (error instanceof InterruptedError) {
      throw new InterruptedError(error.signal, { hint: standing });
    }
    throw error instanceof RewindError ? new StoppedRecoveryError(error, standing) : error;
  }
}

async function readFacts({ request, target, context }: CommandRun): Promise<ServerFacts> {
  const { clock, checkpoint } = context;
  const connection = await target.connect();
  try {
    const patience = new Patience(clock, checkpoint, request.server.waitTimeoutMs);
    return await readServerFacts(connection, patience, () => undefined);
  } finally {
    connection.close();
  }
}
