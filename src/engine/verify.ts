// Proving what a repository holds: the catalog, the mirror as it stands, and the bytes of every
// content, rebuilt and compared with their digests. Changes nothing and takes no lock.
import type { Snapshot, Version } from '../catalog/records.js';
import { type OpenRepository, openForReading } from '../repository/open-repository.js';
import { formatPath } from '../system/byte-path.js';
import { isAsCommitted } from './check-snapshot.js';
import { showPath } from './notes.js';
import type { VerifyProblem, VerifyReport } from './reports.js';
import type { VerifyRequest } from './requests.js';
import { resolveSnapshot } from './resolve-snapshot.js';
import type { RunContext } from './run-context.js';
import { verifyContents } from './verify-contents.js';
import { verifyMirror } from './verify-mirror.js';

/**
 * @throws NoRepositoryError, NewerFormatError, NotInSnapshotError; CorruptError where the catalog cannot
 *   be read at all. Any other corruption is in the report.
 */
export async function verify(request: VerifyRequest, context: RunContext): Promise<VerifyReport> {
  const repository = openForReading(context.fileSystem, request.repository);
  try {
    const scope = readScope(repository, request, context);
    const catalogProblems = verifyCatalog(repository, scope);
    const mirror = await verifyMirror(repository, scope, context);
    const contents = await verifyContents(repository, scope, context);
    return {
      repository: formatPath(request.repository),
      versionsChecked: scope.versions.filter(({ type }) => type === 'file').length,
      bytesChecked: mirror.bytesChecked + contents.bytesChecked,
      problems: [
        ...catalogProblems,
        ...lossesOf(scope, mirror.lost, 'mirror-content'),
        ...mirror.problems,
        ...lossesOf(scope, contents.lost, 'content'),
      ],
      notes: mirror.notes,
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
  /** The versions of the newest snapshot: what the mirror should hold. */
  readonly newest: readonly Version[];
}

/** Contents that cannot be had any more and why, by their ids. */
export type LostContents = ReadonlyMap<number, string>;

function readScope(
  { catalog }: OpenRepository,
  request: VerifyRequest,
  context: RunContext,
): VerifyScope {
  return catalog.read(() => {
    const all = catalog.snapshots.list();
    const generation = catalog.repository.get()?.generation ?? 0;
    const newest = catalog.versions.listNewest();
    if (request.time === null) {
      return { generation, snapshots: all, versions: catalog.versions.listAll(), newest };
    }
    const snapshot = resolveSnapshot(all, request.time, context.clock.nowMs());
    const versions = catalog.versions.listAt(snapshot.id);
    return { generation, snapshots: [snapshot], versions, newest };
  });
}

function catalogProblem(snapshots: readonly number[], message: string): VerifyProblem {
  return { path: 'redis-rewind-data/catalog.sqlite3', snapshots, kind: 'catalog', message };
}

function verifyCatalog({ catalog }: OpenRepository, scope: VerifyScope): VerifyProblem[] {
  const all = scope.snapshots.map(({ id }) => id);
  return [
    ...catalog.integrityProblems().map((message) => catalogProblem(all, message)),
    ...catalog.read(() =>
      scope.snapshots
        .filter((snapshot) => !isAsCommitted(snapshot, catalog.versions.listAt(snapshot.id)))
        .map(({ id }) =>
          catalogProblem([id], `the rows of snapshot ${id} are not those of its backup`),
        ),
    ),
  ];
}

/** One problem for each path and reason, with every snapshot in scope that it costs. */
function lossesOf(scope: VerifyScope, lost: LostContents, kind: string): VerifyProblem[] {
  const problems = new Map<string, VerifyProblem>();
  for (const version of scope.versions) {
    const message = version.content === null ? undefined : lost.get(version.content.id);
    if (message === undefined) continue;
    const path = showPath(version.path);
    const key = `${path}\0${message}`;
    const snapshots = [
      ...(problems.get(key)?.snapshots ?? []),
      ...snapshotsWith(version, scope),
    ].toSorted((a, b) => a - b);
    problems.set(key, { path, snapshots, kind, message });
  }
  return [...problems.values()];
}

/** Ids of the snapshots in scope that have a version. */
function snapshotsWith(version: Version, scope: VerifyScope): number[] {
  return scope.snapshots
    .map(({ id }) => id)
    .filter(
      (id) =>
        id >= version.firstSnapshot &&
        (version.lastSnapshot === null || id <= version.lastSnapshot),
    );
}
