// What a verification has to look at, as of one state of the catalog. If a content is lost,
// lossesOf names the paths that had the content, and the snapshots from which they cannot be restored.
import type { Content, Snapshot, Version } from '../../catalog/records.js';
import type { OpenRepository } from '../../repository/repository.js';
import { showPath } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { askInOneState } from '../snapshot/ask-in-one-state.js';
import { resolveSnapshot } from '../snapshot/resolve-snapshot.js';
import type { RequestedTime } from '../snapshot/time-spec.js';
import type { ProblemKind, VerifyProblem } from './verify-report.js';

export interface VerifyScope {
  readonly generation: number;
  /** The snapshot that was asked for; null for all snapshots. */
  readonly only: Snapshot | null;
  /** The snapshots that are verified. */
  readonly snapshots: readonly Snapshot[];
  /** Every version that one of the snapshots has. */
  readonly versions: readonly Version[];
  /** The contents of these versions, by their ids. */
  readonly contents: ReadonlyMap<number, Content>;
  /** The versions of the newest snapshot: what the mirror should hold. */
  readonly newest: readonly Version[];
}

/** Why contents are lost, by the ids of the contents. */
export type LostContents = ReadonlyMap<number, string>;

/**
 * @param time null for every snapshot
 * @throws NotInSnapshotError for TIME, CorruptError where rows cannot be read
 */
export function readScope(
  repository: OpenRepository,
  time: RequestedTime | null,
  context: RunContext,
): VerifyScope {
  return askInOneState(repository, () => {
    const all = repository.snapshots();
    const only =
      time === null
        ? null
        : resolveSnapshot(
            { snapshots: all, tags: repository.remarks().tags },
            time,
            context.clock.nowMs(),
          );
    const { generation, versions, newest } = repository.verificationScope(only?.id ?? null);
    return {
      generation,
      only,
      snapshots: only === null ? all : [only],
      versions,
      contents: new Map(
        versions.flatMap(({ content }) => (content === null ? [] : [[content.id, content]])),
      ),
      newest,
    };
  });
}

/** One problem for each path and reason, with every snapshot in scope that has the lost content there. */
export function lossesOf(
  scope: VerifyScope,
  lost: LostContents,
  kind: ProblemKind,
): VerifyProblem[] {
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
