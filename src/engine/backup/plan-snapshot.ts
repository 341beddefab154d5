// Turns the entries that were taken into the rows and operations of the commit. Pure.
import type { Snapshot } from '../../catalog/records.js';
import type { CommitPlan, CommittedAlarm } from '../../repository/commit/commit.js';
import { planOwedOperations } from '../../repository/commit/plan-owed-operations.js';
import type { NewIncrement } from '../../repository/contents/write-increment.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { Note } from '../run/notes.js';
import type { ServerReport } from '../server/server-report.js';
import { isSameVersion } from '../snapshot/compare-versions.js';
import type { ExaminationReport } from '../snapshot/examination-report.js';
import type { LastSnapshot } from './last-snapshot.js';
import type { NextEntry } from './next-entry.js';

export interface SnapshotPlanRequest {
  readonly last: LastSnapshot;
  readonly next: readonly NextEntry[];
  readonly increments: readonly NewIncrement[];
  /** When reading began, in whole UTC seconds. */
  readonly timeSeconds: number;
  readonly host: string;
  readonly source: BytePath;
  readonly program: string;
  /** What the server said; null where none was asked. */
  readonly serverReport: ServerReport | null;
  readonly examined: ReadonlyMap<BytePath, ExaminationReport>;
  readonly notes: readonly Note[];
  /** Names that the snapshot gets. */
  readonly tags: readonly string[];
  readonly alarm: CommittedAlarm | null;
}

export function planSnapshot(request: SnapshotPlanRequest): CommitPlan {
  const { last, next } = request;
  const paths = new Set(next.map(({ path }) => path));
  const isNewVersion = (entry: NextEntry): boolean => {
    const version = last.versions.get(entry.path);
    return version === undefined || !isSameVersion(version, entry);
  };
  const added = next.filter(isNewVersion);
  const addedPaths = new Set(added.map(({ path }) => path));
  const ended = [...last.versions.values()].filter(
    ({ path }) => !paths.has(path) || addedPaths.has(path),
  );
  const staged = new Map(
    next.flatMap((entry) => (entry.staged === null ? [] : [[entry.path, entry.staged] as const])),
  );
  const touched = new Set(
    next
      .filter(
        (entry) =>
          addedPaths.has(entry.path) || last.conditions.get(entry.path) === 'wrong-metadata',
      )
      .map(({ path }) => path),
  );
  return {
    snapshot: {
      timeSeconds: request.timeSeconds,
      host: request.host,
      source: request.source,
      program: request.program,
      notes: request.notes.filter(
        ({ severity, kind }) => severity === 'look' || kind === 'recovered',
      ),
      server: request.serverReport,
      ...countFiles(last, next),
    },
    ended: ended.map(({ id }) => id),
    added: added.map((version) => ({
      path: version.path,
      type: version.type,
      mode: version.mode,
      uid: version.uid,
      gid: version.gid,
      ownerName: version.ownerName,
      groupName: version.groupName,
      mtimeNs: version.mtimeNs,
      content: version.content,
      linkTarget: version.linkTarget,
      isStale: version.isStale,
    })),
    increments: request.increments,
    tags: request.tags,
    alarm: request.alarm,
    examinations: planExaminations(request),
    operations: planOwedOperations({
      // A file that no backup made counts where an entry replaces it. Elsewhere it is left alone.
      before: last.present.filter(({ path }) => last.versions.has(path) || paths.has(path)),
      after: next,
      staged,
      touched,
    }),
    sourceStates: next.flatMap(({ state }) => (state === null ? [] : [state])),
    forgottenStates: [...last.states.keys()].filter((path) => !paths.has(path)),
  };
}

/** By the contents that were examined. */
function planExaminations({ next, examined }: SnapshotPlanRequest): CommitPlan['examinations'] {
  const contents = new Map(next.map(({ path, content }) => [path, content]));
  return [...examined].flatMap(([path, report]) => {
    const content = contents.get(path) ?? null;
    const { loads, problem } = report;
    return content === null ? [] : [{ content, loads, problem, found: report }];
  });
}

type FileCounts = Pick<
  Snapshot,
  'files' | 'sourceBytes' | 'newFiles' | 'changedFiles' | 'deletedFiles'
>;

/** Regular files only. A changed file has another content or other metadata. */
function countFiles(last: LastSnapshot, next: readonly NextEntry[]): FileCounts {
  const files = next.filter(({ type }) => type === 'file');
  const oldFile = (path: BytePath) => {
    const version = last.versions.get(path);
    return version?.type === 'file' ? version : undefined;
  };
  const stillFiles = new Set(files.map(({ path }) => path));
  return {
    files: files.length,
    sourceBytes: files.reduce((sum, { content }) => sum + (content?.sizeBytes ?? 0), 0),
    newFiles: files.filter(({ path }) => oldFile(path) === undefined).length,
    changedFiles: files.filter((entry) => {
      const old = oldFile(entry.path);
      return old !== undefined && !isSameVersion(old, entry);
    }).length,
    deletedFiles: [...last.versions.values()].filter(
      ({ type, path }) => type === 'file' && !stillFiles.has(path),
    ).length,
  };
}
