// What one Sentinel says about a primary and its replicas: the replies as values, and the choice of the
// replicas that can be backed up. Pure.
import { ServerError, UsageError } from '../../errors.js';
import { type Reply, replyItems, replyText } from '../connection/reply.js';
import { formatEndpoint } from '../connection/server-access.js';
import type { TcpEndpoint } from './sentinel-access.js';

/** One primary in the reply of SENTINEL MASTERS. */
export interface WatchedPrimary {
  readonly name: string;
  /** Such as `s_down`, `o_down`, `failover_in_progress`. */
  readonly flags: readonly string[];
  /** How long the primary must be silent before it counts as down. */
  readonly downAfterMs: number;
}

/** One replica in the reply of SENTINEL REPLICAS. */
export interface WatchedReplica {
  readonly endpoint: TcpEndpoint;
  readonly flags: readonly string[];
  readonly isLinkUp: boolean;
  /** The replication offset when the Sentinel last asked the replica. */
  readonly offset: number;
}

export interface SentinelView {
  readonly primary: WatchedPrimary;
  readonly endpoint: TcpEndpoint;
  readonly replicas: readonly WatchedReplica[];
}

/** The default of `down-after-milliseconds` in sentinel.c. */
const DOWN_AFTER_MS = 30_000;

/** Without those that have no name, or one that is longer than anybody would choose. */
export function parsePrimaries(reply: Reply): WatchedPrimary[] {
  return replyItems(reply).flatMap((item) => {
    const fields = parseFields(item);
    const name = fields.get('name') ?? '';
    if (name === '' || name.length > NAME_MOST_CHARACTERS) return [];
    const downAfterMs = toCount(fields.get('down-after-milliseconds')) ?? DOWN_AFTER_MS;
    return [{ name, flags: parseFlags(fields), downAfterMs }];
  });
}

const NAME_MOST_CHARACTERS = 255;

/** Without those at an address that cannot be one. */
export function parseReplicas(reply: Reply): WatchedReplica[] {
  return replyItems(reply).flatMap((item) => {
    const fields = parseFields(item);
    const endpoint = toEndpoint(fields.get('ip') ?? '', fields.get('port') ?? '');
    if (endpoint === null) return [];
    return [
      {
        endpoint,
        flags: parseFlags(fields),
        isLinkUp: fields.get('master-link-status') === 'ok',
        offset: toCount(fields.get('slave-repl-offset')) ?? 0,
      },
    ];
  });
}

/**
 * Reads the reply of SENTINEL GET-MASTER-ADDR-BY-NAME; null where the Sentinel does not know the name, or
 * names an address that cannot be one.
 */
export function parseEndpointReply(reply: Reply): TcpEndpoint | null {
  const [host = null, port = null] = replyItems(reply);
  return toEndpoint(replyText(host), replyText(port));
}

/** The longest name of a host (RFC 1035) has 255 bytes. */
function toEndpoint(host: string, portText: string): TcpEndpoint | null {
  const port = /^[0-9]{1,5}$/.test(portText) ? Number(portText) : 0;
  const isHost = /^[0-9A-Za-z._:%-]{1,255}$/.test(host);
  return isHost && port >= 1 && port <= 65_535 ? { kind: 'tcp', host, port } : null;
}

function toCount(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}

/**
 * Chooses the primary with a name, or the only one.
 * @param address of the Sentinel, for messages
 * @param name null where none was given
 * @throws UsageError where there are several and no name; ServerError where no primary fits
 */
export function choosePrimary(
  address: string,
  primaries: readonly WatchedPrimary[],
  name: string | null,
): WatchedPrimary {
  const names = namesOf(primaries);
  const [first] = primaries;
  if (first === undefined) {
    throw new ServerError('failed', `Sentinel at ${address} watches no primary`, {
      address,

      hint: "add 'sentinel monitor NAME HOST PORT QUORUM' to its configuration",
    });
  }
  if (name === null && primaries.length > 1) {
    throw new UsageError(`Sentinel at ${address} watches ${primaries.length} primaries: ${names}`, {
      hint: 'name one of them with --master',
    });
  }
  const chosen = name === null ? first : primaries.find((primary) => primary.name === name);
  if (chosen !== undefined) return chosen;
  throw new ServerError('failed', `Sentinel at ${address} knows no primary '${name}'`, {
    address,

    hint: `give --master one of the names that it knows: ${names}`,
  });
}

const NAMES_SHOWN_MOST = 10;

function namesOf(primaries: readonly WatchedPrimary[]): string {
  const shown = primaries.slice(0, NAMES_SHOWN_MOST).map(({ name }) => `'${name}'`);
  const more = primaries.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}

export interface ReplicaChoice {
  /** Healthy replicas on this machine, the one that lags least first. */
  readonly usable: readonly TcpEndpoint[];
  /** The other replicas on this machine, each with its fault, such as `127.0.0.1:6380 is down`. */
  readonly passedOver: readonly string[];
}

/** @param isOwn tells whether a host is this machine */
export function chooseReplicas(
  replicas: readonly WatchedReplica[],
  isOwn: (host: string) => boolean,
): ReplicaChoice {
  const own = replicas.filter(({ endpoint }) => isOwn(endpoint.host));
  return {
    usable: own
      .filter((replica) => faultOf(replica) === null)
      .toSorted((a, b) => b.offset - a.offset || a.endpoint.port - b.endpoint.port)
      .map(({ endpoint }) => endpoint),
    passedOver: own.flatMap((replica) => {
      const fault = faultOf(replica);
      return fault === null ? [] : [`${formatEndpoint(replica.endpoint)} ${fault}`];
    }),
  };
}

function faultOf({ flags, isLinkUp }: WatchedReplica): string | null {
  if (flags.includes('s_down') || flags.includes('o_down')) return 'is down';
  if (flags.includes('disconnected')) return 'is not connected to the Sentinel';
  return isLinkUp ? null : 'has lost its primary';
}

/**
 * How long it may take until a failover puts right a primary that cannot be reached, or is no longer a
 * primary. Null where there is no replica to take over. Infinity while the Sentinel counts the primary as
 * down. Before that, the Sentinel needs time to notice (sentinel.c, sentinelCheckSubjectivelyDown: a
 * primary that reports itself as a replica has two more INFO periods of ten seconds).
 */
export function failoverWithinMs({ primary, replicas }: SentinelView): number | null {
  if (replicas.length === 0) return null;
  const isDown = primary.flags.some((flag) => FAILING.includes(flag));
  return isDown ? Number.POSITIVE_INFINITY : primary.downAfterMs + SEEN_WITHIN_MS;
}

const FAILING: readonly string[] = ['s_down', 'o_down', 'failover_in_progress'];
const SEEN_WITHIN_MS = 25_000;

function parseFlags(fields: ReadonlyMap<string, string>): string[] {
  return (fields.get('flags') ?? '').split(',').filter((flag) => flag !== '');
}

/** Reads a list in which each name is followed by its value. */
function parseFields(reply: Reply): Map<string, string> {
  const words = replyItems(reply).map(replyText);
  const fields = new Map<string, string>();
  for (let index = 0; index + 1 < words.length; index += 2) {
    fields.set(words[index] ?? '', words[index + 1] ?? '');
  }
  return fields;
}
