// Proving what a repository holds: the catalog, the mirror as it stands, and the bytes of every
// content, rebuilt and compared with their digests. Changes nothing and takes no lock.
import { digestSnapshot } from '../catalog/snapshot-digest.js';
import type { Snapshot, Version } from '../catalog/records.js';
import { type OpenRepository, openForReading } from '../repository/open-repository.js';
import { formatPath } from '../system/byte-path.js';
import type { Note, VerifyProblem, VerifyReport } from './reports.js';
import type { VerifyRequest } from './requests.js';
import { resolveSnapshot } from './resolve-snapshot.js';
import type { RunContext } from './run-context.js';
import { verifyContents } from './verify-contents.js';
import { verifyMirror } from './verify-mirror.js';

/** @throws NoRepositoryError, NewerFormatError, NotInSnapshotError; corruption is in the report */
export async function verify(request: VerifyRequest, context: RunContext): Promise<VerifyReport> {
  const repository = openForReading(context.fileSystem, request.repository);
  try {
    const scope = readScope(repository, request, context);
    const problems: VerifyProblem[] = [...verifyCatalog(repository, scope)];
    const notes: Note[] = [];
    const mirror = await verifyMirror(repository, scope, context);
    problems.push(...mirror.problems);
    notes.push(...mirror.notes);
    const contents = await verifyContents(repository, scope, context);
    problems.push(...contents.problems);
    return {
      repository: formatPath(request.repository),
      versionsChecked: scope.versions.filter(({ type }) => type === 'file').length,
      bytesChecked: mirror.bytesChecked + contents.bytesChecked,
      problems,
      notes,
    };
  } finally {
    repository.close();
  }
}

/** What is to be verified, as one state of the catalog has it. */
export interface VerifyScope {
  readonly generation: number;
  /** All of them, or the one asked for. */
  readonly snapshots: readonly Snapshot[];
  /** Every version that one of the snapshots has. */
  readonly versions: readonly Version[];
}

function readScope(
  { catalog }: OpenRepository,
  request: VerifyRequest,
  context: RunContext,
): VerifyScope {
  return catalog.read(() => {
    const all = catalog.snapshots.list();
    const generation = catalog.repository.get()?.generation ?? 0;
    if (request.time === null) {
      return { generation, snapshots: all, versions: catalog.versions.listAll() };
    }
    const snapshot = resolveSnapshot(all, request.time, context.clock.nowMs());
    return { generation, snapshots: [snapshot], versions: catalog.versions.listAt(snapshot.id) };
  });
}

/** Ids of the snapshots in scope that have a version. */
export function snapshotsWith(version: Version, scope: VerifyScope): number[] {
  return scope.snapshots
    .map(({ id }) => id)
    .filter(
      (id) =>
        id >= version.firstSnapshot &&
        (version.lastSnapshot === null || id <= version.lastSnapshot),
    );
}

function verifyCatalog({ catalog }: OpenRepository, scope: VerifyScope): VerifyProblem[] {
  const all = scope.snapshots.map(({ id }) => id);
  return [
    ...catalog.integrityProblems().map((message) => catalogProblem(all, message)),
    ...catalog.read(() =>
      scope.snapshots
        .filter(
          (snapshot) =>
            !digestSnapshot(snapshot, catalog.versions.listAt(snapshot.id)).equals(snapshot.digest),
        )
        .map(({ id }) =>
          catalogProblem([id], `the rows of snapshot ${id} are not those that were committed`),
        ),
    ),
  ];
}

function catalogProblem(snapshots: readonly number[], message: string): VerifyProblem {
  return { path: 'redis-rewind-data/catalog.sqlite3', snapshots, kind: 'catalog', message };
}
