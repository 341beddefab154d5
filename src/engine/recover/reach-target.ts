// The server that is recovered: contacted, and found with everything that its recovery is planned from.
import type { ServerConnection } from '../../redis/connection/connection.js';
import type { DirectoryIdentity } from '../../system/processes/server-processes.js';
import type { RunContext } from '../run/run-context.js';
import { connectServer } from '../server/connect-server.js';
import { contactServer } from '../server/contact-server.js';
import { type FoundTarget, findTarget } from './find-target.js';
import type { RecoverRequest } from './recover-request.js';

export interface RecoveryTarget extends FoundTarget {
  /** Of the server's directory. */
  readonly identity: DirectoryIdentity;
  /** Where it answers; null where it was not asked. */
  readonly address: string | null;
  /** Connects to the server once it runs. */
  readonly connect: () => Promise<ServerConnection>;
}

/** @throws UsageError, ServerError, SystemError, InterruptedError */
export async function reachTarget(
  { server, commands }: Pick<RecoverRequest, 'server' | 'commands'>,
  context: RunContext,
): Promise<RecoveryTarget> {
  const live = await contactServer(server, null, context);
  try {
    const typed = commands === null ? null : ({ kind: 'commands', ...commands } as const);
    const found = await findTarget(live, typed, context);
    return {
      ...found,
      identity: live.directory.identity,
      address: live.connection.address,
      connect: () => connectServer(server, context),
    };
  } finally {
    live.connection.close();
  }
}
