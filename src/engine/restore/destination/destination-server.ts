// The server that runs where a restore writes. It would write its own data over what is restored, also when it ends.
import { InTheWayError } from '../../../errors.js';
import { hasManifestName } from '../../../persistence/aof/aof-manifest.js';
import { parseAofPart } from '../../../persistence/aof/data-file-names.js';
import {
  type BytePath,
  baseName,
  formatPath,
  parentPath,
} from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { findServerIn, findServerWorkingIn } from '../../../system/processes/server-processes.js';
import { type Note, lookNote } from '../../run/notes.js';
import type { FoundDestination } from './find-destination.js';
import { recoverCommand } from '../recover-command.js';
import type { RestoreSource } from '../restore-source.js';
import type { Selection } from '../select-entries.js';

export interface DestinationServer {
  readonly processId: number;
  /** Where it works, or writes its AOF. */
  readonly directory: BytePath;
  /** What recovers it to the time of the snapshot; null where its data directory is not that one. */
  readonly recover: string | null;
}

/** Looks in the directory that is written to, and in its parent: a server runs above its AOF folder. */
export function findDestinationServer(
  fileSystem: FileSystem,
  destination: FoundDestination,
  source: RestoreSource,
  selection: Selection,
): DestinationServer | null {
  for (const directory of candidates(destination, selection)) {
    const stat = fileSystem.stat(directory);
    const processId = stat === null ? null : findServerIn(stat);
    if (stat === null || processId === null) continue;
    const isItsOwn = findServerWorkingIn(stat) === processId;
    return { processId, directory, recover: isItsOwn ? recoverCommand(source, directory) : null };
  }
  return null;
}

function candidates(
  { path, placement, missingParents }: FoundDestination,
  selection: Selection,
): readonly BytePath[] {
  const parent = parentPath(path);
  if (missingParents.length > 0) return [];
  const isOfAof = isAofName(baseName(path)) || isAofFolder(selection);
  if (placement === 'place-one') return [parent, ...aboveAof(parent, isOfAof)];
  if (placement === 'fill-directory') return [path, ...aboveAof(path, isOfAof)];
  // No server works in what does not exist. But a server whose AOF folder was moved away writes into a new one.
  return isOfAof ? [parent] : [];
}

/** Many servers work in `/`, with all their files elsewhere. There only files of an AOF tell its folder. */
function aboveAof(folder: BytePath, isOfAof: boolean): readonly BytePath[] {
  const above = parentPath(folder);
  return above === '/' && !isOfAof ? [] : [above];
}

function isAofFolder(selection: Selection): boolean {
  return selection.some(
    ({ entry, relative }) =>
      entry.type === 'file' && !relative.includes('/') && isAofName(relative),
  );
}

/** Of a manifest, or of a file that one names. */
function isAofName(name: BytePath): boolean {
  return hasManifestName(name) || parseAofPart(name) !== null;
}

export function runningServer(server: DestinationServer): InTheWayError {
  const { processId, directory, recover } = server;
  return new InTheWayError(
    `a Redis server (process ${processId}) is running in '${formatPath(directory)}'`,
    {
      path: directory,
      hint:
        recover === null
          ? 'stop the server first, or use --force: a running server may overwrite the restored files'
          : `stop the server first, or let all of it be done: ${recover}`,
    },
  );
}

/** Of a restore with --force. */
export function runningServerNotes(server: DestinationServer | null): Note[] {
  if (server === null) return [];
  const { processId, directory, recover } = server;
  return [
    lookNote(
      'running-server',
      null,
      `a Redis server (process ${processId}) is running in '${formatPath(directory)}': when it saves or is stopped, it may overwrite what was restored`,
      recover === null
        ? 'stop it, so that nothing starts it again, and then restore once more'
        : `stop it, and then restore once more; or let all of it be done: ${recover}`,
    ),
  ];
}
