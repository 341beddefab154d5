// What a repository holds and how much space it takes.
import { ALSO, DATA, catalogPath } from '../../repository/layout.js';
import { openSnapshots } from '../../repository/open/open-repository.js';
import { type BytePath, formatPath, isWithin, joinPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import type { RunContext } from '../run/run-context.js';
import { damagedTableNotes, summarizeSnapshot } from '../snapshot/snapshot-summary.js';
import { formatTimeOrNull } from '../snapshot/time-spec.js';
import type { InfoReport } from './info-report.js';
import type { ListRequest } from './list-request.js';
import { summarizeVerification } from './summarize-verification.js';

/** @throws NoRepositoryError, LockedError, CorruptError, NewerFormatError */
export function info(request: ListRequest, { fileSystem }: RunContext): InfoReport {
  const repository = openSnapshots(fileSystem, request.repository);
  try {
    const { path } = repository;
    const usage = measure(fileSystem, path);
    const overview = repository.overview();
    const read = overview.snapshots.map(summarizeSnapshot);
    const snapshots = read.map(({ summary }) => summary);
    return {
      repository: formatPath(request.repository),
      repositoryId: overview.record.uuid,
      formatVersion: overview.formatVersion,
      createdAt: formatTimeOrNull(overview.record.createdAtSeconds),
      host: snapshots.at(-1)?.host ?? '',
      source: snapshots.at(-1)?.source ?? '',
      snapshots: snapshots.length,
      oldest: snapshots[0] ?? null,
      newest: snapshots.at(-1) ?? null,
      files: snapshots.at(-1)?.files ?? 0,
      mirrorBytes: usage.mirrorBytes,
      increments: overview.increments,
      incrementBytes: overview.incrementBytes,
      catalogBytes: Number(fileSystem.stat(catalogPath(path))?.size ?? 0n),
      totalBytes: usage.totalBytes,
      unfinished: overview.isUnfinished,
      lastVerification: summarizeVerification(overview.lastVerification),
      lastFullVerification: summarizeVerification(overview.lastFullVerification),
      notes: [
        ...damagedTableNotes(repository.damagedTables()),
        ...read.flatMap(({ notes }) => notes),
      ],
    };
  } finally {
    repository.close();
  }
}

interface Usage {
  readonly mirrorBytes: number;
  readonly totalBytes: number;
}

/** Sums the sizes of all regular files, not the blocks that they take on the disk. */
function measure(fileSystem: FileSystem, repository: BytePath): Usage {
  let mirrorBytes = 0;
  let totalBytes = 0;
  const visit = (relative: BytePath): void => {
    for (const name of listIfThere(fileSystem, joinPath(repository, relative))) {
      const path = joinPath(relative, name);
      const stat = fileSystem.stat(joinPath(repository, path));
      if (stat === null) continue;
      if (stat.isDirectory()) visit(path);
      if (!stat.isFile()) continue;
      totalBytes += Number(stat.size);
      if (!isWithin(path, DATA) || isWithin(path, ALSO)) mirrorBytes += Number(stat.size);
    }
  };
  visit('' as BytePath);
  return { mirrorBytes, totalBytes };
}

/** What is in a folder; nothing where a backup has just removed the folder, or put a file in its place. */
function listIfThere(fileSystem: FileSystem, folder: BytePath): BytePath[] {
  try {
    return fileSystem.list(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return [];
    throw error;
  }
}
