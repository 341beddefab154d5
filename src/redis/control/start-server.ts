// Starts a server, and waits until it has loaded its data. A server that cannot load what it finds ends, and a start that
// fails is told of at once instead of after a long wait.
import { ServerError, type ServerTrouble } from '../../errors.js';
import { type DirectoryIdentity, findServerIn } from '../../system/processes/server-processes.js';
import { startProgram } from '../../system/processes/start-program.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { ServerConnection } from '../connection/connection.js';
import type { Patience } from '../connection/patience.js';
import { infoFlag, infoNumber, readInfo } from '../connection/server-info.js';
import { runControlCommand } from './run-control-command.js';
import type { StartPlan } from './supervision.js';

export interface ServerStart {
  /** In which the server works once it runs. */
  readonly directory: DirectoryIdentity;
  readonly plan: Exclude<StartPlan, { kind: 'by-hand' }>;
  /** Connects to the server where it answered before. */
  readonly connect: () => Promise<ServerConnection>;
  readonly patience: Patience;
  readonly checkpoint: Checkpoint;
  readonly onLoading: (loadedBytes: number, totalBytes: number) => void;
}

/**
 * @returns a connection to the server, which has loaded its data; the caller closes it
 * @throws ServerError, SystemError, InterruptedError
 */
export async function startServer(start: ServerStart): Promise<ServerConnection> {
  const begun = await begin(start);
  return waitForLoading(start, begun);
}

/** What becomes of the start while the server is waited for. */
interface Begun {
  /** Null as long as nothing has failed. */
  failure(): unknown;
  /** Whether what was to start the server has ended well. */
  hasEnded(): boolean;
}

async function begin({ plan, patience, checkpoint }: ServerStart): Promise<Begun> {
  if (plan.kind === 'again') {
    const started = await startProgram(plan.command);
    return {
      failure: () => endedEarly(started.endedWith(), started.processId),
      hasEnded: () => started.endedWith() === 0,
    };
  }
  let failure: unknown = null;
  let hasEnded = false;
  // Not awaited: with systemd this lasts until the data is loaded, and the progress is to be seen.
  runControlCommand(plan, 'start the server', { timeoutMs: patience.leftMs, checkpoint }).then(
    () => {
      hasEnded = true;
    },
    (error: unknown) => {
      failure = error;
    },
  );
  return { failure: () => failure, hasEnded: () => hasEnded };
}

/** A server that goes into the background ends with 0. */
function endedEarly(code: number | null, processId: number): ServerError | null {
  if (code === null || code === 0) return null;
  return new ServerError(
    'failed',
    `the server (process ${processId}) has ended with exit code ${code} instead of loading its data`,
    { address: null, hint: LOOK_INTO_LOG },
  );
}

const LOOK_INTO_LOG = 'its log says why';

/** As long as a server starts, nothing answers, or somebody who has no time yet. */
const NOT_YET: readonly ServerTrouble[] = ['unreachable', 'lost', 'occupied', 'timeout'];

async function waitForLoading(
  { directory, connect, patience, onLoading }: ServerStart,
  begun: Begun,
): Promise<ServerConnection> {
  let connection: ServerConnection | null = null;
  let timesAbsent = 0;
  try {
    for (;;) {
      const failure = begun.failure();
      if (failure !== null) throw failure;
      try {
        connection ??= await connect();
        if (await isLoaded(connection, onLoading)) return connection;
      } catch (error) {
        if (!(error instanceof ServerError) || !NOT_YET.includes(error.trouble)) throw error;
        if (error.trouble !== 'occupied') {
          connection?.close();
          connection = null;
        }
        if (patience.isOver) throw notUp(error);
      }
      if (patience.isOver) throw notUp(null);
      const isAbsent = connection === null && begun.hasEnded() && findServerIn(directory) === null;
      timesAbsent = isAbsent ? timesAbsent + 1 : 0;
      if (timesAbsent > ABSENT_TIMES_MOST) throw notThere();
      await patience.rest();
    }
  } catch (error) {
    connection?.close();
    throw error;
  }
}

/**
 * A quarter of a minute. A script of /etc/init.d ends well although it could not start the server, and so does a server that
 * first goes into the background and then cannot load its data. Others are started later by somebody else.
 */
const ABSENT_TIMES_MOST = 150;

function notThere(): ServerError {
  return new ServerError('failed', 'the server was started, and no process of it is there', {
    address: null,
    hint: LOOK_INTO_LOG,
  });
}

async function isLoaded(
  connection: ServerConnection,
  onLoading: ServerStart['onLoading'],
): Promise<boolean> {
  const info = await readInfo(connection, ['persistence']);
  if (!infoFlag(info, 'loading') && !infoFlag(info, 'async_loading')) return true;
  onLoading(
    infoNumber(info, 'loading_loaded_bytes') ?? 0,
    infoNumber(info, 'loading_total_bytes') ?? 0,
  );
  return false;
}

/** @param last why the last try to connect has failed; null where the server answers, and is still loading */
function notUp(last: ServerError | null): ServerError {
  const what = last === null ? 'is still loading its data' : 'does not answer';
  return new ServerError('timeout', `the server was started, and ${what}`, {
    address: last?.address ?? null,
    hint: `${LOOK_INTO_LOG}; with a longer --wait-timeout there is more time to load`,
    cause: last ?? undefined,
  });
}
