// Stops a server, and makes sure that its process is gone and that no other one takes its place. Files may be moved only
// then: a server saves its dump when it ends (with save points), and one that was restarted behind our back writes its AOF.
import { ServerError, type ServerTrouble } from '../../errors.js';
import {
  type ProcessIdentity,
  isRunning,
  terminate,
} from '../../system/processes/process-origin.js';
import { type DirectoryIdentity, findServerIn } from '../../system/processes/server-processes.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { ServerConnection } from '../connection/connection.js';
import type { Patience } from '../connection/patience.js';
import { runControlCommand } from './run-control-command.js';
import type { StopPlan } from './supervision.js';

export interface ServerStop {
  readonly plan: StopPlan;
  /** Null where no server was seen. */
  readonly server: ProcessIdentity | null;
  /** In which it works. */
  readonly directory: DirectoryIdentity;
  /** For SHUTDOWN; null where the server was not asked. The process is then asked to end (SIGTERM). */
  readonly connection: ServerConnection | null;
  /** What SHUTDOWN does with what is in memory; `as-configured` saves where there are save points. */
  readonly shutdown: 'as-configured' | 'save' | 'nosave';
  readonly patience: Patience;
  readonly checkpoint: Checkpoint;
}

/**
 * @throws ServerError where it cannot be stopped or comes back; SystemError, InterruptedError. The server then runs, or has
 *   been stopped; nothing else was changed
 */
export async function stopServer(stop: ServerStop): Promise<void> {
  const { plan, server, directory, patience, checkpoint } = stop;
  if (plan.kind === 'shutdown') await shutDown(stop);
  else if (plan.kind !== 'nothing') {
    await runControlCommand(plan, 'stop the server', { timeoutMs: patience.leftMs, checkpoint });
  }
  if (server !== null) await untilGone(server, patience);
  await requireStaysGone(directory, patience);
}

/** The answer to SHUTDOWN is the end of the connection. */
const ENDED: readonly ServerTrouble[] = ['lost', 'unreachable'];

async function shutDown({ connection, server, shutdown, patience }: ServerStop): Promise<void> {
  if (connection === null) {
    if (server !== null) terminate(server);
    return;
  }
  const how = shutdown === 'as-configured' ? [] : [shutdown.toUpperCase()];
  try {
    await connection.call(['SHUTDOWN', ...how], Math.max(1, patience.leftMs));
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    if (ENDED.includes(error.trouble)) return;
    const { trouble, address } = error;
    const hint =
      trouble === 'failed'
        ? 'the server still runs: its log says why, such as a dump that it could not save on a full disk'
        : `the server still runs: ${error.hint ?? 'stop it by hand'}`;
    throw new ServerError(trouble, error.message, { address, hint, cause: error });
  }
}

async function untilGone(server: ProcessIdentity, patience: Patience): Promise<void> {
  await patience.until(
    async () => (isRunning(server) ? null : true),
    () =>
      new ServerError('timeout', `the server (process ${server.id}) is still running`, {
        address: null,
        hint: 'it may still be saving: wait until it has ended, and run again, or raise --wait-timeout',
      }),
  );
}

/** Supervisors wait up to a second or two before they start a program again. */
const WATCHED_TIMES = 30;

async function requireStaysGone(directory: DirectoryIdentity, patience: Patience): Promise<void> {
  for (let time = 0; time < WATCHED_TIMES; time += 1) {
    requireGone(directory);
    await patience.rest();
  }
  requireGone(directory);
}

/** @throws ServerError where a server works in the directory */
export function requireGone(directory: DirectoryIdentity): void {
  const processId = findServerIn(directory);
  if (processId === null) return;
  throw new ServerError(
    'failed',
    `the server was stopped, and something has started it again (process ${processId})`,
    {
      address: null,
      hint: 'say how it is stopped for good: --stop-cmd COMMAND --start-cmd COMMAND',
    },
  );
}
