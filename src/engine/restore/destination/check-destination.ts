// Whether a restore may write to its destination. A refusal comes before anything is written.
import { InTheWayError, UsageError } from '../../../errors.js';
import {
  type BytePath,
  ROOT,
  baseName,
  formatPath,
  isWithin,
  joinPath,
  parentPath,
} from '../../../system/files/byte-path.js';
import type { FileStat } from '../../../system/files/file-system.js';
import type { RestoreEntry, SourceLocation } from '../restore-source.js';
import { type DestinationServer, runningServer } from './destination-server.js';
import type { FoundDestination } from './find-destination.js';
import { type SelectedEntry, type Selection, placeBelow } from '../select-entries.js';

export interface DestinationCheck {
  readonly destination: FoundDestination;
  readonly selection: Selection;
  /** Where the source lies, by its real path; null where it is in no file. */
  readonly location: SourceLocation | null;
  /** The server that runs where the entries are restored to, or null. */
  readonly server: DestinationServer | null;
  /** Whether files that are there may be replaced. */
  readonly force: boolean;
}

/** @throws InTheWayError, UsageError */
export function requireUsableDestination(check: DestinationCheck): void {
  const { destination, selection, location, server, force } = check;
  if (location !== null) requireNoOverlap(check, location);
  // The first of the checks that --force skips. The others suggest --force, and a person must not read
  // that while a server runs in the destination.
  if (!force && server !== null) throw runningServer(server);
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
  if (!destination.isHeld) {
    const parent = destination.workParent;
    throw new InTheWayError(`'${formatPath(parent)}' is not a directory`, { path: parent });
  }
}

function relationOf(
  { destination: { path: destination }, selection }: DestinationCheck,
  { path, name, isRepository }: SourceLocation,
): string | null {
  const shown = `${name} '${formatPath(path)}'`;
  if (destination === path) return `is ${name} itself`;
  // A file may lie among what is restored, as long as nothing takes its place.
  if (!isRepository) {
    const isReplaced = selection.some((selected) => placeBelow(destination, selected) === path);
    return isReplaced ? `would get a file in the place of ${shown}` : null;
  }
  if (isWithin(destination, path)) return `lies inside ${shown}`;
  if (isWithin(path, destination)) return `contains ${shown}`;
  return null;
}

function requireNoOverlap(check: DestinationCheck, location: SourceLocation): void {
  const { path, asked } = check.destination;
  const relation = relationOf(check, location);
  if (relation === null) return;
  throw new UsageError(`destination '${formatPath(path)}' ${relation}`, {
    typed: formatPath(asked),
    hint: `name a directory that does not contain ${location.name} or lie inside it`,
  });
}

function requireFillable(
  { path, standing, hasContents }: FoundDestination,
  selection: Selection,
  force: boolean,
): void {
  const shown = formatPath(path);
  const top = standing.get(ROOT);
  if (top?.isDirectory() !== true) {
    throw new InTheWayError(`destination '${shown}' exists and is not a directory`, {
      path,
      hint: 'move it away first, or name a new or empty directory: --force replaces files by files, never by directories',
    });
  }
  if (!hasContents) return;
  if (!force) {
    throw new InTheWayError(`destination '${shown}' exists and is not empty`, {
      path,
      hint: 'name a new or empty directory, or use --force, which replaces the restored files and leaves all others alone',
    });
  }
  const written = new Set(
    selection
      .filter(({ relative }) => standing.get(relative)?.isDirectory() !== true)
      .map(({ relative }) => parentPath(relative)),
  );
  for (const { relative, entry } of selection) {
    const stat = standing.get(relative);
    if (stat === undefined) continue;
    const target = joinPath(path, relative);
    if (stat.isDirectory() !== (entry.type === 'directory')) throw otherKind(target, stat, entry);
    if (written.has(relative) && stat.dev !== top.dev) throw mountInTheWay(target);
    requireFileOrLink(target, stat);
  }
}

function otherKind(path: BytePath, stat: FileStat, { type }: RestoreEntry): InTheWayError {
  const shown = formatPath(path);
  return new InTheWayError(
    stat.isDirectory()
      ? `'${shown}' is a directory, but a ${type} in the snapshot`
      : `'${shown}' is not a directory (links are not followed), but the snapshot has a directory there`,
    { path, hint: 'move it away first: --force replaces files, never directories' },
  );
}

/** @param path where something cannot be moved to */
export function mountInTheWay(path: BytePath, cause?: unknown): InTheWayError {
  return new InTheWayError(
    `'${formatPath(path)}' is a mount point or lies in another mount, so nothing can be moved there`,
    {
      path,
      hint: 'unmount it first, or restore the files in it one by one, or name a new directory and copy from there',
      cause,
    },
  );
}

/** @throws InTheWayError: a pipe, a socket or a device is never replaced, and nothing is written into it */
function requireFileOrLink(path: BytePath, stat: FileStat): void {
  const kind = stat.isFIFO()
    ? 'a named pipe'
    : stat.isSocket()
      ? 'a socket'
      : stat.isBlockDevice() || stat.isCharacterDevice()
        ? 'a device'
        : null;
  if (kind === null) return;
  throw new InTheWayError(`'${formatPath(path)}' is ${kind}`, {
    path,
    hint: 'move it away first, or name another place: --force replaces files and links only',
  });
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
  requireFileOrLink(path, stat);
  if (!force) {
    throw new InTheWayError(`destination '${shown}' exists`, {
      path,
      hint: 'name another one, or use --force to replace it',
    });
  }
}
