// A snapshot of a repository as what a recovery brings back. What its backup has found in the files is in the catalog.
import type { Version } from '../../../catalog/records.js';
import { readFindings } from '../../../repository/stored/read-stored.js';
import { type BytePath, formatPath, joinPath } from '../../../system/files/byte-path.js';
import { shellWord } from '../../../system/text/shell-word.js';
import { type RepositorySource, openRepositorySource } from '../../restore/read-from-repository.js';
import type { RunContext } from '../../run/run-context.js';
import { readVerdict } from '../../snapshot/examined-verdict.js';
import type { RequestedTime } from '../../snapshot/time-spec.js';
import type { FileFindings } from '../plan/snapshot-data.js';
import type { RecoverySource } from './recovery-source.js';

/** @param repository its path. @throws NotInSnapshotError, LockedError, CorruptError */
export function openRepositorySnapshot(
  repository: BytePath,
  time: RequestedTime,
  context: RunContext,
): RecoverySource {
  const source = openRepositorySource(repository, time, context);
  const versions = new Map(source.versions.map((version) => [version.path, version]));
  const { snapshot } = source;
  return {
    files: source,
    snapshot,
    archive: null,
    findingsIn: (path) => findingsIn(source, versions.get(path)),
    commandToRestore: (path) => {
      const from = shellWord(formatPath(joinPath(repository, path)));
      return `redis-rewind restore -r '#${snapshot.id}' ${from} DEST`;
    },
    close: async () => source.close(),
  };
}

function findingsIn(
  { examinations }: RepositorySource,
  version: Version | undefined,
): FileFindings | null {
  const record = version?.content ? examinations.get(version.content.id) : undefined;
  if (version === undefined || record === undefined) return null;
  const { found } = readFindings(`'${formatPath(version.path)}'`, record.foundJson);
  return {
    verdict: readVerdict(record).verdict.kind,
    problem: record.problem,
    rdbVersion: found?.rdbVersion ?? null,
    databases: found === null || found.keys === null ? null : found.databases,
    commands: found?.commands ?? null,
    dumpTime: found?.dumpTime ?? null,
  };
}
