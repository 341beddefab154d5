// Proves the catalog: SQLite's own checks, the digest of each snapshot's rows, the records that are JSON, and
// the copies of the catalog, from which a lost catalog is rebuilt.
import type { Version } from '../../catalog/records.js';
import type { CatalogSizeFault } from '../../repository/check/check-findings.js';
import {
  describeDamagedSnapshot,
  describeDamagedTable,
  describeSizeFault,
} from '../../repository/check/fault-messages.js';
import { type CatalogCopy, listCatalogCopies } from '../../repository/copies/catalog-copy.js';
import { catalogCopyPath, catalogPath } from '../../repository/layout.js';
import { isBeingWritten } from '../../repository/open/acquire-lock.js';
import type { Remarks } from '../../repository/questions/questions.js';
import type { OpenRepository } from '../../repository/repository.js';
import {
  readFindings,
  readReasons,
  readSnapshotRecords,
} from '../../repository/stored/read-stored.js';
import { ROOT, formatPath } from '../../system/files/byte-path.js';
import { append } from '../../system/lists/lists.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { infoNote, showPath, type Note } from '../run/notes.js';
import { isTagName } from '../snapshot/tag-name.js';
import { formatTimeOrNull } from '../snapshot/time-spec.js';
import {
  describeDamagedExaminations,
  describeDamagedRemarks,
  describeFaults,
} from './catalog-messages.js';
import type { VerifyProblem } from './verify-report.js';
import type { VerifyScope } from './verify-scope.js';

export interface CatalogVerification {
  readonly problems: readonly VerifyProblem[];
  readonly notes: readonly Note[];
}

export async function verifyCatalog(
  repository: OpenRepository,
  scope: VerifyScope,
  checkpoint: Checkpoint,
): Promise<CatalogVerification> {
  const all = scope.snapshots.map(({ id }) => id);
  const sizeFault = lastingSizeFault(repository);
  const faults = await repository.catalogFaults(checkpoint);
  const problems: VerifyProblem[] = [
    ...(sizeFault === null ? [] : [catalogProblem([], describeSizeFault(sizeFault))]),
    ...faults.integrity.map((message) => catalogProblem(all, message)),
    ...faults.damagedTables.map((table) => catalogProblem([], describeDamagedTable(table))),
    ...faults.damagedSnapshots
      .filter((id) => all.includes(id))
      .map((id) => catalogProblem([id], describeDamagedSnapshot(id))),
    ...describeDamagedExaminations(faults).map((message) => catalogProblem([], message)),
    ...describeDamagedRemarks(faults).map((message) => catalogProblem([], message)),
    ...faults.unsafeNames
      .filter(({ snapshotId }) => all.includes(snapshotId))
      .map(({ snapshotId, message }) => catalogProblem([snapshotId], message)),
    ...scope.snapshots
      .filter(({ timeSeconds }) => formatTimeOrNull(timeSeconds) === null)
      .map(({ id }) => catalogProblem([id], `the time of snapshot ${id} is damaged`)),
    ...describeDamagedRecords(repository, scope).map((message) => catalogProblem([], message)),
  ];
  const copies = listCatalogCopies(repository);
  for (const copy of copies) append(problems, await verifyCopy(repository, copy, checkpoint));
  return { problems, notes: missingNotes(repository) };
}

/** Records that can be damaged though the digests are right, as in a catalog that was edited. */
function describeDamagedRecords(repository: OpenRepository, scope: VerifyScope): string[] {
  const examinations = repository.examinations();
  const versions = new Map<number, Version>();
  for (const version of scope.versions) {
    if (version.content !== null) versions.set(version.content.id, version);
  }
  const examined = [...versions].flatMap(([id, version]) => {
    const record = examinations.get(id);
    return record === undefined ? [] : [{ record, version }];
  });
  return [
    ...scope.snapshots.flatMap((snapshot) => readSnapshotRecords(snapshot).damage),
    ...damageOfRemarks(repository.remarks()),
    ...examined.flatMap(({ record, version: { path, firstSnapshot } }) => {
      const name = `'${showPath(path)}' of snapshot ${firstSnapshot}`;
      return readFindings(name, record.foundJson).damage;
    }),
  ];
}

function damageOfRemarks({ tags, alarms }: Remarks): string[] {
  return [
    ...tags
      .filter(({ name }) => !isTagName(name))
      .map(({ snapshotId }) => `snapshot ${snapshotId} has a tag that no program has given it`),
    ...alarms.flatMap(({ snapshotId, reasonsJson }) => readReasons(snapshotId, reasonsJson).damage),
  ];
}

/** A commit writes the copy as its last step. While a commit goes on, a copy is not yet missing. */
function missingNotes(repository: OpenRepository): Note[] {
  if (findUncopied(repository) === null || isBeingWritten(repository.path)) return [];
  const id = findUncopied(repository);
  return id === null ? [] : [missingNote(id)];
}

/** The newest snapshot, if there is no copy of the catalog as of it. */
function findUncopied(repository: OpenRepository): number | null {
  const newest = repository.newestSnapshot();
  const isCopied = listCatalogCopies(repository).some(
    ({ snapshotId }) => snapshotId === newest?.id,
  );
  return newest === null || isCopied ? null : newest.id;
}

/** A fault that a second look still finds while nobody writes: the steps of a commit are no faults. */
function lastingSizeFault(repository: OpenRepository): CatalogSizeFault | null {
  const first = repository.catalogSizeFault();
  if (first === null || isBeingWritten(repository.path)) return null;
  const second = repository.catalogSizeFault();
  const isSame =
    second?.fileBytes === first.fileBytes && second.catalogBytes === first.catalogBytes;
  return isSame ? first : null;
}

async function verifyCopy(
  repository: OpenRepository,
  copy: CatalogCopy,
  checkpoint: Checkpoint,
): Promise<VerifyProblem[]> {
  const path = formatPath(catalogCopyPath(ROOT, copy.snapshotId));
  const damaged = (why: string): VerifyProblem => ({
    path,
    snapshots: [],
    kind: 'catalog-copy',
    message: `the copy of the catalog '${path}' is damaged: ${why}`,
  });
  const condition = await repository.copyCondition(copy, checkpoint);
  if (condition.kind === 'gone') return [];
  if (condition.kind === 'unreadable') return [damaged(condition.why)];
  const [fault] = describeFaults(condition.faults);
  if (fault !== undefined) return [damaged(fault)];
  if (condition.hasRowsOfCatalog !== false) return [];
  const message = `the rows of increments or examinations differ from those in the copy '${path}'`;
  return [catalogProblem([], message)];
}

function missingNote(id: number): Note {
  return infoNote(
    'catalog-copy',
    null,
    `the newest snapshot, ${id}, has no copy of the catalog; the next backup writes one`,
  );
}

function catalogProblem(snapshots: readonly number[], message: string): VerifyProblem {
  return { path: formatPath(catalogPath(ROOT)), snapshots, kind: 'catalog', message };
}
