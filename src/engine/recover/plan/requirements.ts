// What must be true of the server before it is recovered. Each refusal comes before anything is changed. Pure.
import { ServerError, UsageError } from '../../../errors.js';
import {
  type ServerVersion,
  firstReaderOf,
  readsRdbVersion,
} from '../../../persistence/rdb/loadable-versions.js';
import { type BytePath, formatPath, isWithin, joinPath } from '../../../system/files/byte-path.js';
import type { RunningServer, TargetFacts } from './recovery-facts.js';
import type { AsidePlan } from './recovery-plan.js';
import type { DataFile } from './snapshot-data.js';

/** @throws ServerError where others would undo the recovery of this server */
export function requireRecoverable(running: RunningServer | null): void {
  if (running === null) return;
  const { address, role, primary, replicas, isWatched, isCluster } = running;
  const shown = address === null ? `process ${running.processId}` : `Redis at ${address}`;
  if (role === 'replica') {
    const of = primary === null ? '' : ` of ${primary}`;
    const hint = `recover the primary${primary === null ? '' : ` at ${primary}`}: a replica takes over the data of its primary`;
    throw new ServerError('failed', `${shown} is a replica${of}`, { address, hint });
  }
  // While the server is stopped, a replica would become the primary. The server would then take over its data.
  if (replicas === 0 || !(isWatched || isCluster)) return;
  const who = isCluster ? 'its cluster' : 'the Sentinels';
  throw new ServerError(
    'failed',
    `${shown} has ${replicas === 1 ? 'a replica' : `${replicas} replicas`}, and ${who} would make one of them the primary while the server is stopped`,
    {
      address,
      hint: isCluster
        ? 'stop the replicas first, and start them when the recovery is done: they then take over the recovered data'
        : 'tell each Sentinel to forget it first (SENTINEL REMOVE NAME), and to watch it again when the recovery is done (SENTINEL MONITOR)',
    },
  );
}

/** @throws UsageError where the next start would look for other files than those that are placed */
export function requireSameAtStart({ running, directory, configuration }: TargetFacts): void {
  const others = running?.otherAtStart ?? [];
  if (others.length === 0) return;
  const file = configuration === null ? '' : ` ('${formatPath(configuration)}')`;
  throw new UsageError(
    `the server in '${formatPath(directory)}' has another ${others.join(' and ')} than its configuration file${file}, so its next start would not load what is placed`,
    {
      hint: 'make them agree first (CONFIG REWRITE), or say how it is stopped and started: --stop-cmd COMMAND --start-cmd COMMAND',
    },
  );
}

/**
 * A file that the server writes over, or that is moved away, could not be read again by a run that goes on with the recovery.
 * @param archive its real path
 * @throws UsageError where it is among the files of the server
 */
export function requireArchiveElsewhere(
  archive: BytePath,
  directory: BytePath,
  { data }: Pick<AsidePlan, 'data'>,
): void {
  if (!data.some((name) => isWithin(archive, joinPath(directory, name)))) return;
  throw new UsageError(
    `the archive '${formatPath(archive)}' is where the server in '${formatPath(directory)}' has its data`,
    { hint: 'move it out of there first' },
  );
}

/** @throws UsageError where it is not known whether the server starts with its AOF on */
export function requireKnownAof({ settings, directory }: TargetFacts): boolean {
  if (settings.isAofOn !== null) return settings.isAofOn;
  throw new UsageError(
    `it is not known whether the server in '${formatPath(directory)}' starts with its append-only file on`,
    {
      hint: 'name the running server with --redis, or its configuration file with --redis-conf FILE; where the two differ, make them agree first (CONFIG REWRITE)',
    },
  );
}

/** @throws ServerError for a dump that is newer than the server can load */
export function requireReadable(
  files: readonly DataFile[],
  version: ServerVersion | null,
  address: string | null,
): void {
  if (version === null) return;
  for (const { path, rdbVersion } of files) {
    if (rdbVersion === null || readsRdbVersion(version, rdbVersion) !== false) continue;
    const { product, major, minor } = version;
    const reader = firstReaderOf(rdbVersion);
    throw new ServerError(
      'failed',
      `'${formatPath(path)}' of the snapshot has RDB version ${rdbVersion}, which ${NAMES[product]} ${major}.${minor} does not load`,
      {
        address,
        hint: reader === null ? 'recover with a newer server' : `recover with ${reader} or newer`,
      },
    );
  }
}

const NAMES: Readonly<Record<ServerVersion['product'], string>> = {
  redis: 'Redis',
  valkey: 'Valkey',
  redict: 'Redict',
};
