// Finishes or cleans up what an earlier run left: does the operations that its commit still owes, empties
// the staging folder, and deletes increments without a row. Only the holder of the writers' lock may do
// this. Every writer does, so nobody ever has to do this by hand.
import type { Version } from '../../catalog/records.js';
import { joinPath } from '../../system/files/byte-path.js';
import { incrementsPath, mirrorPath, parseIncrementName } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import { Staging } from '../staging.js';
import { type OwedOutcome, runOwedOperations } from './run-owed-operations.js';

/**
 * Finishes the last commit, and deletes what was not committed. May be interrupted and done again.
 * @param newest the versions of the newest snapshot
 */
export function settleEarlierRun(
  repository: LocalRepository,
  actingUid: number,
  newest: readonly Version[],
): OwedOutcome {
  const outcome = settle(repository, actingUid, newest);
  discardUncommitted(repository, newest);
  return outcome;
}

/** Does the operations that the last commit still owes the mirror, then records that they are done. */
function settle(
  { fileSystem, path, catalog }: LocalRepository,
  actingUid: number,
  newest: readonly Version[],
): OwedOutcome {
  const operations = catalog.read(() => catalog.owed.list());
  if (operations.length === 0) return { unset: [], notEmpty: [] };
  const outcome = runOwedOperations({
    fileSystem,
    repository: path,
    actingUid,
    operations,
    newest,
  });
  catalog.write(() => catalog.owed.replaceAll([]));
  return outcome;
}

/**
 * Deletes everything in staging and increments without a row, and truncates mirror files to which a tail
 * was added. Does nothing while operations are owed, because staging then holds files of a snapshot.
 */
export function discardUncommitted(repository: LocalRepository, newest: readonly Version[]): void {
  const { fileSystem, path, catalog } = repository;
  if (catalog.read(() => catalog.owed.list()).length > 0) return;
  const staging = new Staging(fileSystem, path);
  staging.clear();
  staging.prepare();
  cutBack(repository, newest);
  const known = new Set(catalog.read(() => catalog.increments.ids()));
  for (const name of fileSystem.list(incrementsPath(path))) {
    const id = parseIncrementName(name);
    if (id !== null && !known.has(id)) fileSystem.unlink(joinPath(incrementsPath(path), name));
  }
}

/** Truncates mirror files to the size in the catalog. A backup without a commit had added a tail to them. */
function cutBack({ fileSystem, path }: LocalRepository, newest: readonly Version[]): void {
  for (const version of newest) {
    if (version.content === null) continue;
    const file = mirrorPath(path, version.path);
    const stat = fileSystem.stat(file);
    const isLonger = stat?.isFile() === true && Number(stat.size) > version.content.sizeBytes;
    // A backup adds a tail only to files with one name and without a link in their path. No other file
    // may be truncated. The repository is held, so that the stat follows no link.
    if (!isLonger || stat.nlink !== 1n) continue;
    const descriptor = fileSystem.open(file, 'update');
    try {
      fileSystem.truncate(descriptor, version.content.sizeBytes);
      fileSystem.sync(descriptor);
    } finally {
      fileSystem.close(descriptor);
    }
  }
}
