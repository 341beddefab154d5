// Whether a restore may write to its destination. A refusal comes before anything is written.
import { InTheWayError, UsageError } from '../../errors.js';
import {
  type BytePath,
  ROOT,
  baseName,
  formatPath,
  isWithin,
  joinPath,
  parentPath,
} from '../../system/files/byte-path.js';
import { findServerIn } from '../../system/processes/server-processes.js';
import type { FoundDestination } from './find-destination.js';
import type { SelectedEntry, Selection } from './select-entries.js';

export interface DestinationCheck {
  readonly destination: FoundDestination;
  readonly selection: Selection;
  /** The real path of the repository that is read. */
  readonly repository: BytePath;
  /** Whether files that are there may be replaced. */
  readonly force: boolean;
}

/** @throws InTheWayError, UsageError */
export function requireUsableDestination(check: DestinationCheck): void {
  const { destination, selection, repository, force } = check;
  requireApart(destination, repository);
  // The first of the checks that --force skips. The others suggest --force, and a person must not read
  // that while a server runs in the destination.
  if (!force) requireNoServer(destination);
  switch (destination.placement) {
    case 'publish-directory':
      break;
    case 'fill-directory':
      requireFillable(destination, selection, force);
      break;
    case 'place-one':
      requireReplaceable(destination, selection[0], force);
      break;
  }
  if (!destination.isParentDirectory) {
    const parent = destination.workParent;
    throw new InTheWayError(`'${formatPath(parent)}' is not a directory`, { path: parent });
  }
}

function relationOf(destination: BytePath, repository: BytePath): string | null {
  const shown = `'${formatPath(repository)}'`;
  if (destination === repository) return 'is the repository itself';
  if (isWithin(destination, repository)) return `lies inside the repository ${shown}`;
  if (isWithin(repository, destination)) return `contains the repository ${shown}`;
  return null;
}

function requireApart({ path, asked }: FoundDestination, repository: BytePath): void {
  const relation = relationOf(path, repository);
  if (relation === null) return;
  throw new UsageError(`destination '${formatPath(path)}' ${relation}`, {
    typed: formatPath(asked),
    hint: 'name a directory that does not contain the repository or lie inside it',
  });
}

/**
 * Looks for a server in the directory that is written to, and in its parent: a server runs above its
 * appendonlydir. No server runs in a directory that does not exist yet.
 * @throws InTheWayError
 */
function requireNoServer({ path, placement, missingParents }: FoundDestination): void {
  if (placement === 'publish-directory' || missingParents.length > 0) return;
  const directory = placement === 'fill-directory' ? path : parentPath(path);
  for (const candidate of [directory, parentPath(directory)]) {
    const server = findServerIn(candidate);
    if (server === null) continue;
    throw new InTheWayError(
      `a Redis server (process ${server}) is running in '${formatPath(candidate)}'`,
      {
        path: candidate,
        hint: 'stop the server first, or use --force: a running server may overwrite the restored files',
      },
    );
  }
}

function requireFillable(
  { path, standing, hasContents }: FoundDestination,
  selection: Selection,
  force: boolean,
): void {
  const shown = formatPath(path);
  if (standing.get(ROOT)?.isDirectory() !== true) {
    throw new InTheWayError(`destination '${shown}' exists and is not a directory`, {
      path,
      hint: 'name a new or empty directory',
    });
  }
  if (!hasContents) return;
  if (!force) {
    throw new InTheWayError(`destination '${shown}' exists and is not empty`, {
      path,
      hint: 'name a new or empty directory, or use --force, which replaces the restored files and leaves all others alone',
    });
  }
  for (const { relative, entry } of selection) {
    const isDirectory = standing.get(relative)?.isDirectory();
    if (isDirectory === undefined || isDirectory === (entry.type === 'directory')) continue;
    const place = joinPath(path, relative);
    const placeShown = formatPath(place);
    throw new InTheWayError(
      isDirectory
        ? `'${placeShown}' is a directory, but a ${entry.type} in the snapshot`
        : `'${placeShown}' is not a directory (links are not followed), but the snapshot has a directory there`,
      { path: place, hint: 'move it away first: --force replaces files, never directories' },
    );
  }
}

function requireReplaceable(
  { path, standing }: FoundDestination,
  { entry }: SelectedEntry,
  force: boolean,
): void {
  const stat = standing.get(ROOT);
  if (stat === undefined) return;
  const shown = formatPath(path);
  if (stat.isDirectory()) {
    throw new InTheWayError(`destination '${shown}' is a directory`, {
      path,
      hint: `name the file itself: '${shown}/${formatPath(baseName(entry.path))}'`,
    });
  }
  if (!force) {
    throw new InTheWayError(`destination '${shown}' exists`, {
      path,
      hint: 'name another one, or use --force to replace it',
    });
  }
}
