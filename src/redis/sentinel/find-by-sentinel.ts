// Finds a server through Sentinels, which are asked in order. A Sentinel may be behind, so the server that
// it names is asked for its role (INFO) too. Where the answers differ, the next Sentinel is asked. While a
// failover is going on, all of this is repeated until the deadline.
import { ServerError, type ServerTrouble } from '../../errors.js';
import type { ServerConnection } from '../connection/connection.js';
import { isOwnHost } from '../connection/own-address.js';
import type { Party } from '../connection/party.js';
import type { Patience } from '../connection/patience.js';
import { type ServerAccess, formatEndpoint } from '../connection/server-access.js';
import { readInfo } from '../connection/server-info.js';
import { askSentinel } from './ask-sentinel.js';
import type { SentinelAccess, TcpEndpoint } from './sentinel-access.js';
import {
  type ReplicaChoice,
  type SentinelView,
  chooseReplicas,
  failoverWithinMs,
} from './sentinel-view.js';

export interface SentinelSearch {
  readonly access: SentinelAccess;
  /** Whether SOURCE was named: the primary may then be in a container, with an address of its own. */
  readonly hasSource: boolean;
  readonly patience: Patience;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  readonly open: (access: ServerAccess, kind: Party['kind']) => Promise<ServerConnection>;
  /** Called each time before waiting for a failover. */
  readonly onWaiting: () => void;
}

export interface FoundServer {
  /** To a server of the role that was asked for. The caller closes the connection. */
  readonly connection: ServerConnection;
  /** The name that the Sentinels have for the primary. */
  readonly masterName: string;
  /**
   * Where a replica was preferred and none was taken: why each replica on this machine was passed over.
   * Null otherwise.
   */
  readonly passedOver: readonly string[] | null;
}

/** Why one Sentinel led to no server. */
interface FailedAttempt {
  readonly error: ServerError;
  /** Whether the Sentinel answered. */
  readonly hasAnswered: boolean;
  /** How long a failover may take to put it right; null where no failover will. */
  readonly passesWithinMs: number | null;
}

const ASK_EVERY_MS = 500;

/** @throws ServerError; UsageError where --master has to name the primary */
export async function findBySentinel(search: SentinelSearch): Promise<FoundServer> {
  const startedMs = search.monotonicMs();
  let failures: readonly FailedAttempt[] = [];
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
  readonly failures: readonly FailedAttempt[];
}

async function askAll(search: SentinelSearch): Promise<Outcome> {
  const failures: FailedAttempt[] = [];
  for (const sentinel of search.access.sentinels) {
    let view: SentinelView | null = null;
    try {
      view = await askOne(search, sentinel);
      return { found: await connectBy(search, view), failures };
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      failures.push(toFailedAttempt(error, view));
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

function toFailedAttempt(error: ServerError, view: SentinelView | null): FailedAttempt {
  const mayPass = view !== null && PASSING.includes(error.trouble);
  return {
    error,
    hasAnswered: view !== null,
    passesWithinMs: mayPass ? failoverWithinMs(view) : null,
  };
}

/** Troubles of a server that a failover is about to replace, or has just replaced. */
const PASSING: readonly ServerTrouble[] = ['unreachable', 'lost', 'stale'];

async function connectBy(search: SentinelSearch, view: SentinelView): Promise<FoundServer> {
  const { prefer } = search.access;
  const masterName = view.primary.name;
  // Without a replica, no failover can replace the primary, however often the Sentinel tries.
  if (view.replicas.length > 0 && view.primary.flags.includes('failover_in_progress')) {
    throw new ServerError('stale', `a failover of the primary '${masterName}' is going on`, {
      address: formatEndpoint(view.endpoint),
    });
  }
  const own = await findOwnHosts(search.patience, [
    view.endpoint.host,
    ...view.replicas.map(({ endpoint }) => endpoint.host),
  ]);
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

/** Those of the hosts that are this machine. Resolving a name takes time, of which there is only so much. */
async function findOwnHosts(
  patience: Patience,
  hosts: readonly string[],
): Promise<ReadonlySet<string>> {
  const own = new Set<string>();
  for (const host of new Set(hosts)) {
    await patience.checkpoint();
    if (await isOwnHost(host)) own.add(host);
    if (patience.isOver) break;
  }
  return own;
}

/** @param passedOver gets the reason for each replica that could not be used */
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

/** Connects, and asks the server for its role. @throws ServerError `stale` for a server of another role */
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
      throw new ServerError('stale', `Redis at ${connection.address} is now a ${actual}`, {
        address: connection.address,
      });
    }
    if (role === 'replica' && info.get('master_link_status') !== 'up') {
      throw new ServerError('stale', `Redis at ${connection.address} has lost its primary`, {
        address: connection.address,
      });
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
  const others =
    passedOver.length === 0 ? '' : `; its replicas here cannot be used: ${passedOver.join(', ')}`;
  return new ServerError(
    isFailing ? 'stale' : 'directory',
    `the primary '${primary.name}' is on another machine, at ${formatEndpoint(endpoint)}${others}`,
    {
      address: formatEndpoint(endpoint),
      hint:
        usable.length > 0
          ? `to back up the replica on this machine (${usable.map(formatEndpoint).join(', ')}), add --prefer replica`
          : 'run redis-rewind on that machine; if the server is in a container of this machine, name its directory as SOURCE',
    },
  );
}

/** One error for all attempts. Sentinels that answered tell more than those that did not. */
function summarize(failures: readonly FailedAttempt[]): ServerError {
  const answered = failures.filter(({ hasAnswered }) => hasAnswered);
  const told = (answered.length > 0 ? answered : failures).map(({ error }) => error);
  const [first] = told;
  const messages = [...new Set(told.map(({ message }) => message))];
  const telling = told.find(({ trouble }) => trouble !== 'unreachable') ?? first;
  if (first === undefined || telling === undefined || messages.length === 1) {
    return first ?? new ServerError('unreachable', 'no Sentinel was named', { address: null });
  }
  const whole =
    answered.length > 0
      ? messages.join('; ')
      : `no Sentinel could be asked: ${messages.join('; ')}`;
  return new ServerError(telling.trouble, whole, {
    address: null,
    hint: telling.hint,
    cause: telling,
  });
}

function tooLate(failures: readonly FailedAttempt[]): ServerError {
  const cause = summarize(failures);
  return new ServerError('timeout', `no failover ended in time: ${cause.message}`, {
    address: cause.address,
    hint: "look at 'redis-cli -p 26379 SENTINEL MASTERS', or raise --wait-timeout to wait longer",
    cause,
  });
}
