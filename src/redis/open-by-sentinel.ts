// Finding a server by asking Sentinels, one after the other until one knows it, as clients of Sentinel
// do: the server itself then has to say that it has the role that it was found by, since a Sentinel may
// not have heard of the last failover. While one goes on, it is waited for.
import { ServerError, type ServerTrouble } from '../errors.js';
import { type ServerChoice, chooseServers } from './choose-server.js';
import { ServerConnection } from './connection.js';
import { type LiveServer, type LiveServerParts, replyTimeoutMs } from './live-server.js';
import { isOwnAddress } from './own-address.js';
import { Patience } from './patience.js';
import type { SentinelSearch } from './sentinel-options.js';
import { type WatchedServer, type WatchedService, askSentinel } from './sentinel-service.js';
import { type Endpoint, type ServerAddress, formatEndpoint } from './server-address.js';

export interface SentinelRequest {
  readonly search: SentinelSearch;
  /** How a Sentinel is spoken to. */
  readonly addressOf: (sentinel: Endpoint) => ServerAddress;
  /** Opens the server that was found. */
  readonly openServer: (endpoint: Endpoint) => Promise<LiveServer>;
  readonly waitTimeoutMs: number;
  /** Told while a failover is waited for. */
  readonly onWaiting: () => void;
}

/** A Sentinel takes its failover for failed after three minutes, unless it was told otherwise. */
const FAILOVER_MOST_MS = 180_000;

/** Troubles of a server that a Sentinel has named: after a failover it names another one. */
const PASSING: readonly ServerTrouble[] = ['unreachable', 'lost', 'stale'];

/**
 * @returns a server whose connection the caller closes
 * @throws ServerError; UsageError where the Sentinels watch several primaries and none is named
 */
export async function openBySentinel(
  request: SentinelRequest,
  parts: LiveServerParts,
): Promise<LiveServer> {
  const waitMs = Math.min(request.waitTimeoutMs, FAILOVER_MOST_MS);
  const patience = new Patience(parts.clock, parts.checkpoint, waitMs);
  for (;;) {
    const ofSentinels: ServerError[] = [];
    let ofServer: ServerError | null = null;
    for (const sentinel of request.search.endpoints) {
      try {
        const service = await unlessServerError(ask(request, parts, sentinel), ofSentinels);
        if (service !== null) return await openOneOf(request, service);
      } catch (error) {
        if (!isPassing(error)) throw error;
        ofServer = error;
      }
    }
    if (ofServer === null) throw noSentinelHelps(ofSentinels);
    if (patience.isOver) throw ofServer;
    request.onWaiting();
    await patience.rest();
  }
}

/** Null, and one failure more, where there was one. */
async function unlessServerError<T>(work: Promise<T>, failures: ServerError[]): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    failures.push(error);
    return null;
  }
}

function isPassing(error: unknown): error is ServerError {
  return error instanceof ServerError && PASSING.includes(error.trouble);
}

async function ask(
  { search, addressOf, waitTimeoutMs }: SentinelRequest,
  parts: LiveServerParts,
  sentinel: Endpoint,
): Promise<WatchedService> {
  const connection = await ServerConnection.open(addressOf(sentinel), {
    ...parts,
    replyTimeoutMs: replyTimeoutMs(waitTimeoutMs),
  }).catch((error: unknown) => {
    throw isLockedOut(error) ? lockedOut(error) : error;
  });
  try {
    return await askSentinel(connection, search.master);
  } finally {
    connection.close();
  }
}

function isLockedOut(error: unknown): error is ServerError {
  return error instanceof ServerError && error.trouble === 'credentials';
}

function lockedOut({ trouble, message }: ServerError): ServerError {
  return new ServerError(trouble, message, {
    hint: '--sentinel-pass-file FILE has the password of the Sentinels, which is not that of the server',
  });
}

async function openOneOf(request: SentinelRequest, service: WatchedService): Promise<LiveServer> {
  const choices = chooseServers(service, request.search.prefers, isOwnAddress);
  let failure: ServerError | null = null;
  for (const choice of choices) {
    try {
      return await openAs(request, service, choice);
    } catch (error) {
      if (!isPassing(error)) throw error;
      failure = error;
    }
  }
  throw failure ?? new Error('a service without a primary');
}

async function openAs(
  { openServer }: SentinelRequest,
  { name }: WatchedService,
  { server: { endpoint }, role }: ServerChoice,
): Promise<LiveServer> {
  const server = await openServer(endpoint).catch((error: unknown) => {
    throw isElsewhere(error, endpoint) ? elsewhere(error) : error;
  });
  if (server.facts.role === role) return server;
  server.connection.close();
  throw new ServerError(
    'stale',
    `Redis at ${formatEndpoint(endpoint)} is a ${server.facts.role}, and its Sentinel takes it for the ${role} of '${name}'`,
    { hint: 'a failover goes on, or its Sentinels do not see each other' },
  );
}

/** Whether the files of a server were not found because they are on another machine. */
function isElsewhere(error: unknown, { host }: WatchedServer['endpoint']): error is ServerError {
  return error instanceof ServerError && error.trouble === 'directory' && !isOwnAddress(host);
}

function elsewhere({ trouble, message }: ServerError): ServerError {
  return new ServerError(trouble, message, {
    hint: 'run redis-rewind there; or, on the machine of a replica, with --prefer replica',
  });
}

function noSentinelHelps(failures: readonly ServerError[]): ServerError {
  const [first] = failures;
  if (failures.length === 1 && first !== undefined) return first;
  const says = failures.map(({ message }) => message.replace(/^Redis at /, '')).join('; ');
  return new ServerError(first?.trouble ?? 'unreachable', `no Sentinel knows the server: ${says}`, {
    hint: first?.hint,
  });
}
