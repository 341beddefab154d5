// Putting right what an earlier run left: finish a commit whose operations are still owed, empty the
// staging folder, delete increments that no commit recorded. Only the holder of the writers' lock may do
// this. Every writer does, so that nobody ever has to do it by hand.
import { joinPath } from '../../system/files/byte-path.js';
import { incrementsPath, mirrorPath, parseIncrementName } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import { type OwedOutcome, runOwedOperations } from './run-owed-operations.js';
import { Staging } from '../staging.js';

/** Finishes what the last commit began. May be interrupted and done again. */
export function settleEarlierRun(repository: LocalRepository, actingUid: number): OwedOutcome {
  const outcome = settle(repository, actingUid);
  discardUncommitted(repository);
  return outcome;
}

/** Does what the last commit still owes the mirror, and records that it is done. */
function settle({ fileSystem, path, catalog }: LocalRepository, actingUid: number): OwedOutcome {
  const { operations, newest } = catalog.read(() => {
    const owed = catalog.owed.list();
    return { operations: owed, newest: owed.length === 0 ? [] : catalog.versions.listNewest() };
  });
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
 * Deletes what belongs to no snapshot: everything in staging, and increments without a row. Where
 * operations are still owed, staging holds files of a committed snapshot, and nothing is deleted.
 */
export function discardUncommitted(repository: LocalRepository): void {
  const { fileSystem, path, catalog } = repository;
  if (catalog.read(() => catalog.owed.list()).length > 0) return;
  const staging = new Staging(fileSystem, path);
  staging.clear();
  staging.prepare();
  cutBack(repository);
  const known = new Set(catalog.read(() => catalog.increments.list()).map(({ id }) => id));
  for (const name of fileSystem.list(incrementsPath(path))) {
    const id = parseIncrementName(name);
    if (id !== null && !known.has(id)) fileSystem.unlink(joinPath(incrementsPath(path), name));
  }
}

/** Truncates mirror files to which a backup that did not commit had added the tail of a grown file. */
function cutBack({ fileSystem, path, catalog }: LocalRepository): void {
  for (const version of catalog.read(() => catalog.versions.listNewest())) {
    if (version.content === null) continue;
    const place = mirrorPath(path, version.path);
    const stat = fileSystem.stat(place);
    const isLonger = stat?.isFile() === true && Number(stat.size) > version.content.sizeBytes;
    // Only what a backup may have appended to: never a file with another name, or behind a link.
    if (!isLonger || stat.nlink !== 1n || fileSystem.realPath(place) !== place) continue;
    const file = fileSystem.open(place, 'update');
    try {
      fileSystem.truncate(file, version.content.sizeBytes);
      fileSystem.sync(file);
    } finally {
      fileSystem.close(file);
    }
  }
}
