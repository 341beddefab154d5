// What must be true of SOURCE, REPO and the paths beside SOURCE before a backup touches anything.
import type { Snapshot, Version } from '../../catalog/records.js';
import {
  NestedPathsError,
  SourceChangedError,
  SourceMissingError,
  UsageError,
} from '../../errors.js';
import { dataPath, isReserved } from '../../repository/layout.js';
import { isRepository } from '../../repository/open/no-repository.js';
import { readMasterName } from '../../repository/stored/stored-server.js';
import { type BytePath, ROOT, formatPath, isWithin } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { type Follower, followPath } from '../../system/files/follow-path.js';
import { infoNote, type Note } from '../run/notes.js';
import type { AlsoPath, SourceScan } from './scan-source.js';

/** The paths of a backup as they were typed. */
export interface NamedPaths {
  /** SOURCE as it was typed, or as the server calls its directory. */
  readonly namedSource: BytePath;
  readonly repository: BytePath;
  /** Paths outside SOURCE that are kept with it. */
  readonly also: readonly BytePath[];
}

/** Real paths. */
export interface ResolvedPaths {
  readonly source: BytePath;
  /** Its last parts may not exist yet. */
  readonly repository: BytePath;
  readonly also: readonly AlsoPath[];
}

/**
 * Resolves SOURCE and REPO, and checks that neither lies inside the other.
 * @throws SourceMissingError, NestedPathsError, UsageError
 */
export function resolvePaths(follower: Follower, named: NamedPaths): ResolvedPaths {
  const source = followPath(follower, named.namedSource);
  const shown = formatPath(named.namedSource);
  const stat = follower.fileSystem.stat(source);
  if (stat === null) {
    throw new SourceMissingError(`source '${shown}' does not exist`, {
      source: named.namedSource,
      hint: "find the server's data directory with 'redis-cli config get dir'",
    });
  }
  if (!stat.isDirectory()) {
    throw new SourceMissingError(`source '${shown}' is not a directory`, {
      source: named.namedSource,
      hint: 'name the folder that holds dump.rdb, not the file',
    });
  }
  const repository = followPath(follower, named.repository);
  requireApart('source', source, repository);
  const also = named.also.map((path) => ({ named: path, real: followPath(follower, path) }));
  for (const { named: path, real } of also) {
    requireApart('--also', real, repository);
    if (isWithin(real, source) || isWithin(source, real)) {
      throw new UsageError(`--also '${formatPath(path)}' and source '${shown}' overlap`, {
        typed: formatPath(path),
        hint: 'use --also only for paths outside SOURCE, such as /etc/redis/redis.conf',
      });
    }
  }
  return { source, repository, also };
}

/** What a snapshot is taken of. */
export interface SourceIdentity {
  /** Real path. */
  readonly source: BytePath;
  readonly hostName: string;
  /** The name under which Sentinels know its primary; null where none was asked. */
  readonly masterName: string | null;
}

/**
 * A primary that Sentinels know by the same name holds the same data, also after a failover has moved it.
 * @returns a remark where it has moved since the last snapshot
 * @throws SourceChangedError when the last snapshot was made of something else
 */
export function requireSameSource(
  last: Snapshot | null,
  { source, hostName, masterName }: SourceIdentity,
): Note | null {
  if (last === null || (last.source === source && last.host === hostName)) return null;
  if (masterName !== null && readMasterName(last) === masterName) {
    const message = `'${masterName}' has moved from '${formatPath(last.source)}' of host '${last.host}' to '${formatPath(source)}' of host '${hostName}'`;
    return infoNote('moved', null, message);
  }
  throw new SourceChangedError(
    `this repository keeps '${formatPath(last.source)}' of host '${last.host}', not '${formatPath(source)}' of host '${hostName}'`,
    {
      source,
      hint:
        last.source === source
          ? `if this is the same machine, say so with '--as-host ${last.host}'; if the data has moved, use --allow-moved; else use another REPO`
          : 'use another REPO, or --allow-moved if this is the same data in a new place',
    },
  );
}

/**
 * Paths of --also do not count: they stay where they are if the disk of SOURCE is not mounted.
 * @throws SourceChangedError when SOURCE is empty, and the last snapshot has entries of it
 */
export function requireNotEmptied(
  last: Iterable<Version>,
  scan: Pick<SourceScan, 'entries' | 'unreadable'>,
  source: BytePath,
): void {
  const isOfSource = (path: BytePath): boolean => path !== ROOT && !isReserved(path);
  if (scan.entries.some(({ path }) => isOfSource(path)) || scan.unreadable.some(isOfSource)) return;
  const count = [...last].filter(({ path }) => isOfSource(path)).length;
  if (count === 0) return;
  throw new SourceChangedError(
    `source '${formatPath(source)}' is empty, but the last snapshot has ${count} ${count === 1 ? 'entry' : 'entries'} of it`,
    {
      source,
      hint: 'check that its disk is mounted, or use --allow-empty if it is meant to be empty',
    },
  );
}

/**
 * A first backup whose SOURCE is a repository is a restore that lacks its TIME. Whoever else may write to
 * SOURCE cannot stop a backup with this: the repository must belong to the user who runs the backup.
 * @throws UsageError
 */
export function requireNoRepository(
  fileSystem: FileSystem,
  source: BytePath,
  actingUid: number,
): void {
  if (!isRepository(fileSystem, source)) return;
  if (Number(fileSystem.stat(dataPath(source))?.uid) !== actingUid) return;
  const shown = formatPath(source);
  throw new UsageError(`source '${shown}' is itself a repository`, {
    typed: shown,
    hint: `'redis-rewind restore ${shown} DEST' restores from it; if you mean to back it up, use --force`,
  });
}

function requireApart(what: string, path: BytePath, repository: BytePath): void {
  const about = { path, repository };
  if (path === repository) {
    throw new NestedPathsError(
      `${what} and repository are the same directory '${formatPath(path)}'`,
      { ...about, hint: 'name another directory for the repository' },
    );
  }
  if (isWithin(repository, path)) {
    throw new NestedPathsError(
      `repository '${formatPath(repository)}' lies inside ${what} '${formatPath(path)}'`,
      { ...about, hint: `name a directory outside ${what} for the repository` },
    );
  }
  if (isWithin(path, repository)) {
    throw new NestedPathsError(
      `${what} '${formatPath(path)}' lies inside the repository '${formatPath(repository)}'`,
      { ...about, hint: 'name another directory for the repository' },
    );
  }
}
