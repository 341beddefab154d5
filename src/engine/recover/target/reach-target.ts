// The server that is recovered, found with everything that its recovery is planned from. It may be named by its address, by its
// directory or by its configuration file. Where one runs, it is asked; where none does, its files say what they can.
import { ServerError, UsageError } from '../../../errors.js';
import type { ServerConnection } from '../../../redis/connection/connection.js';
import type { Endpoint } from '../../../redis/connection/server-access.js';
import { formatPath } from '../../../system/files/byte-path.js';
import { parseOwner } from '../../../system/files/metadata/owners.js';
import type { Supervision } from '../../../redis/control/supervision.js';
import type { DirectoryIdentity } from '../../../system/processes/server-processes.js';
import type { RunContext } from '../../run/run-context.js';
import { connectServer } from '../../server/connect-server.js';
import { contactServer } from '../../server/contact-server.js';
import type { ServerRequest } from '../../server/server-request.js';
import { connectWhereItListens, placeOf } from './connect-where-it-listens.js';
import { type StoppedTarget, findStoppedTarget } from './find-stopped-target.js';
import { type FoundTarget, findTarget } from './find-target.js';
import type { RecoverRequest } from '../recover-request.js';
import { chosenOwner } from '../stopped/stopped-owner.js';

export interface RecoveryTarget extends FoundTarget {
  /** Of the server's directory. */
  readonly identity: DirectoryIdentity;
  /** Where it answers; null where it was not asked. */
  readonly address: string | null;
  /** How it was asked; null where it was not. */
  readonly server: ServerRequest | null;
  /** Connects to the server once it runs. */
  readonly connect: () => Promise<ServerConnection>;
  /** Who starts it, as an earlier run has found out; null where this run has. */
  readonly startedBy: Supervision | null;
}

export type TargetRequest = Pick<RecoverRequest, 'server' | 'named' | 'commands'>;

/** @throws UsageError, ServerError, SystemError, InterruptedError */
export async function reachTarget(
  request: TargetRequest,
  context: RunContext,
): Promise<RecoveryTarget> {
  const { named, server } = request;
  if (named.directory !== null) return reachByFiles(request, context);
  if (!named.isByAddress) return reachByFiles(request, context);
  try {
    return await reachRunning(request, server, context);
  } catch (error) {
    // Its configuration file says where its files are, also where it does not run.
    const isDown = error instanceof ServerError && error.trouble === 'unreachable';
    if (!isDown || named.configuration === null) throw error;
    return reachByFiles(request, context);
  }
}

/** @param server as it is asked */
async function reachRunning(
  request: TargetRequest,
  server: ServerRequest,
  context: RunContext,
): Promise<RecoveryTarget> {
  const live = await contactServer(server, null, context);
  try {
    const found = await findTarget(live, typedCommands(request), context);
    return {
      ...found,
      owner: chosenOwner(found.owner, typedOwner(request)),
      identity: live.directory.identity,
      address: live.connection.address,
      server,
      connect: () => connectServer(server, context),
      startedBy: null,
    };
  } finally {
    live.connection.close();
  }
}

async function reachByFiles(request: TargetRequest, context: RunContext): Promise<RecoveryTarget> {
  const { named } = request;
  const found = await findStoppedTarget(
    { ...named, owner: typedOwner(request), commands: typedCommands(request) },
    context,
  );
  const { dev, ino } = found.identity;
  const server = serverToAsk(request, found, found.listens);
  if (found.facts.running !== null && server !== null) {
    const target = await reachRunning(request, server, context);
    if (target.identity.dev === dev && target.identity.ino === ino) return target;
    throw new UsageError(
      `Redis at ${target.address ?? ''} works in '${formatPath(target.facts.directory)}', and not in '${formatPath(found.facts.directory)}'`,
      { hint: 'name the server either by its address or by its directory' },
    );
  }
  return {
    ...found,
    address: null,
    server: null,
    connect: connectLater(request, found, context),
    startedBy: null,
  };
}

/** As soon as it runs. What nothing says is seen then: where the process in its directory listens. */
function connectLater(
  request: TargetRequest,
  found: StoppedTarget,
  context: RunContext,
): RecoveryTarget['connect'] {
  const server = serverToAsk(request, found, found.access?.endpoint ?? null);
  if (server !== null) return () => connectServer(server, context);
  return () => connectWhereItListens(found.identity, request.server, context);
}

/**
 * What was typed wins. Else the configuration file has the password.
 * @param endpoint where it answers, if that was not typed. Null where that is not known: then the result is, too
 */
function serverToAsk(
  { server, named }: TargetRequest,
  { access }: StoppedTarget,
  endpoint: Endpoint | null,
): ServerRequest | null {
  if (named.isByAddress) return server;
  if (endpoint === null) return null;
  const hasPassword =
    server.password !== null || server.passFile !== null || server.environmentPassword !== null;
  const tls = access?.tls ?? null;
  return {
    ...server,
    ...(tls === null || endpoint.kind === 'socket'
      ? {}
      : { tls: true, cacert: server.cacert ?? tls.cacert }),
    password: hasPassword ? server.password : (access?.password ?? null),
    ...placeOf(endpoint),
  };
}

function typedOwner({ named }: TargetRequest) {
  return named.owner === null ? null : parseOwner(named.owner);
}

function typedCommands({ commands }: TargetRequest) {
  return commands === null ? null : ({ kind: 'commands', ...commands } as const);
}
