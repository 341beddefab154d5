// The server that Sentinels name: they are asked in order, and what one says is held against what the
// server itself says (INFO), since a Sentinel may be behind; then the next one is asked. While a
// failover goes on, all of it again.
import { ServerError, type ServerTrouble } from '../../errors.js';
import { askSentinel } from './ask-sentinel.js';
import type { ServerConnection } from '../connection/connection.js';
import { isOwnHost } from '../connection/own-address.js';
import type { Party } from '../connection/party.js';
import type { Patience } from '../connection/patience.js';
import type { SentinelAccess, TcpEndpoint } from './sentinel-access.js';
import {
  type ReplicaChoice,
  type SentinelView,
  chooseReplicas,
  failoverWithinMs,
} from './sentinel-view.js';
import { type ServerAccess, formatEndpoint } from '../connection/server-access.js';
import { readInfo } from '../server/server-info.js';

export interface SentinelSearch {
  readonly access: SentinelAccess;
  /** SOURCE was named: then the primary may be in a container, under an address of its own. */
  readonly hasSource: boolean;
  readonly patience: Patience;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  readonly open: (access: ServerAccess, kind: Party['kind']) => Promise<ServerConnection>;
  /** Told each time before a failover is waited for. */
  readonly onWaiting: () => void;
}

export interface FoundServer {
  /** To a server that is what was asked for; the caller closes it. */
  readonly connection: ServerConnection;
  /** Under which the Sentinels know the primary. */
  readonly masterName: string;
  /** Null, or why no replica was taken though one was preferred: those on this machine, none if there are none. */
  readonly passedOver: readonly string[] | null;
}

/** Why nothing came of one Sentinel. */
interface Failure {
  readonly error: ServerError;
  /** Whether that one answered. */
  readonly hasAnswered: boolean;
  /** How long it may last until a failover mends it; null where none will. */
  readonly passesWithinMs: number | null;
}

const ASK_EVERY_MS = 500;

/** @throws ServerError; UsageError where the primary has to be named */
export async function findBySentinel(search: SentinelSearch): Promise<FoundServer> {
  const startedMs = search.monotonicMs();
  let failures: readonly Failure[] = [];
  return search.patience.until(
    async () => {
      const outcome = await askAll(search);
      if (outcome.found !== null) return outcome.found;
      failures = outcome.failures;
      const elapsedMs = search.monotonicMs() - startedMs;
      if (!failures.some(({ passesWithinMs }) => elapsedMs < (passesWithinMs ?? 0))) {
        throw summarize(failures);
      }
      search.onWaiting();
      return null;
    },
    () => tooLate(failures),
    ASK_EVERY_MS,
  );
}

interface Outcome {
  readonly found: FoundServer | null;
  readonly failures: readonly Failure[];
}

async function askAll(search: SentinelSearch): Promise<Outcome> {
  const failures: Failure[] = [];
  for (const sentinel of search.access.sentinels) {
    let view: SentinelView | null = null;
    try {
      view = await askOne(search, sentinel);
      return { found: await connectBy(search, view), failures };
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      failures.push(toFailure(error, view));
    }
  }
  return { found: null, failures };
}

async function askOne(search: SentinelSearch, access: ServerAccess): Promise<SentinelView> {
  const connection = await search.open(access, 'Sentinel');
  try {
    return await askSentinel(connection, search.access.masterName);
  } finally {
    connection.close();
  }
}

function toFailure(error: ServerError, view: SentinelView | null): Failure {
  const mayPass = view !== null && PASSING.includes(error.trouble);
  return {
    error,
    hasAnswered: view !== null,
    passesWithinMs: mayPass ? failoverWithinMs(view) : null,
  };
}

/** What a server is like that is about to be replaced, or has just been. */
const PASSING: readonly ServerTrouble[] = ['unreachable', 'lost', 'stale'];

async function connectBy(search: SentinelSearch, view: SentinelView): Promise<FoundServer> {
  const { prefer } = search.access;
  const masterName = view.primary.name;
  // It lets go of no primary that has no replica, however often it tries.
  if (view.replicas.length > 0 && view.primary.flags.includes('failover_in_progress')) {
    throw new ServerError('stale', `a failover of '${masterName}' is going on`);
  }
  const hosts = [view.endpoint, ...view.replicas.map(({ endpoint }) => endpoint)];
  const own = new Set<string>();
  for (const { host } of hosts) if (await isOwnHost(host)) own.add(host);
  const choice = chooseReplicas(view.replicas, (host) => own.has(host));
  const passedOver = [...choice.passedOver];
  if (prefer === 'replica') {
    const connection = await connectToReplica(search, choice, passedOver);
    if (connection !== null) return { connection, masterName, passedOver: null };
  }
  if (!own.has(view.endpoint.host) && !search.hasSource) {
    throw elsewhere(view, prefer === 'replica' ? [] : choice.usable, passedOver);
  }
  const connection = await connectAs(search, view.endpoint, 'primary');
  return { connection, masterName, passedOver: prefer === 'replica' ? passedOver : null };
}

/** @param passedOver those that turn out to be none are added */
async function connectToReplica(
  search: SentinelSearch,
  { usable }: ReplicaChoice,
  passedOver: string[],
): Promise<ServerConnection | null> {
  for (const endpoint of usable) {
    try {
      return await connectAs(search, endpoint, 'replica');
    } catch (error) {
      if (!(error instanceof ServerError) || !PASSING.includes(error.trouble)) throw error;
      passedOver.push(error.message.replace(/^Redis at /, ''));
    }
  }
  return null;
}

/** Connects, and has the server itself say what it is. @throws ServerError, `stale` if it is not `role` */
async function connectAs(
  { access, open, patience }: SentinelSearch,
  endpoint: TcpEndpoint,
  role: 'primary' | 'replica',
): Promise<ServerConnection> {
  const connection = await open({ ...access.credentials, endpoint }, 'Redis');
  try {
    const info = await patience.whileOccupied(async () => readInfo(connection, ['replication']));
    const actual = info.get('role') === 'slave' ? 'replica' : 'primary';
    if (actual !== role) {
      throw new ServerError('stale', `Redis at ${connection.address} is a ${actual} by now`);
    }
    if (role === 'replica' && info.get('master_link_status') !== 'up') {
      throw new ServerError('stale', `Redis at ${connection.address} has lost its primary`);
    }
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function elsewhere(
  view: SentinelView,
  usable: readonly TcpEndpoint[],
  passedOver: readonly string[],
): ServerError {
  const { primary, endpoint } = view;
  const isFailing = failoverWithinMs(view) === Number.POSITIVE_INFINITY;
  const others = passedOver.length === 0 ? '' : `; of its replicas here ${passedOver.join(', ')}`;
  return new ServerError(
    isFailing ? 'stale' : 'directory',
    `the primary '${primary.name}' is ${formatEndpoint(endpoint)}, on another machine${others}`,
    {
      hint:
        usable.length > 0
          ? `a replica of it is on this machine (${usable.map(formatEndpoint).join(', ')}): --prefer replica takes that`
          : 'run redis-rewind where the files of the server are; where that is here, in a container, name their directory as SOURCE',
    },
  );
}

/** One line for all that was tried; what answers weighs more than what does not. */
function summarize(failures: readonly Failure[]): ServerError {
  const answered = failures.filter(({ hasAnswered }) => hasAnswered);
  const told = (answered.length > 0 ? answered : failures).map(({ error }) => error);
  const [first] = told;
  const messages = [...new Set(told.map(({ message }) => message))];
  const telling = told.find(({ trouble }) => trouble !== 'unreachable') ?? first;
  if (first === undefined || telling === undefined || messages.length === 1) {
    return first ?? new ServerError('unreachable', 'no Sentinel was named');
  }
  const whole =
    answered.length > 0 ? messages.join('; ') : `no Sentinel helps: ${messages.join('; ')}`;
  return new ServerError(telling.trouble, whole, { hint: telling.hint, cause: telling });
}

function tooLate(failures: readonly Failure[]): ServerError {
  const cause = summarize(failures);
  return new ServerError('timeout', `no failover has ended in time: ${cause.message}`, {
    hint: "'redis-cli -p 26379 SENTINEL MASTERS' shows what the Sentinels are at; --wait-timeout says for how long to wait",
    cause,
  });
}
