// The server that runs where a restore writes. It would write its own data over what is restored, also when it ends.
import { InTheWayError } from '../../../errors.js';
import { hasManifestName } from '../../../persistence/aof/aof-manifest.js';
import { type BytePath, formatPath, parentPath } from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { findServerIn } from '../../../system/processes/server-processes.js';
import { type Note, lookNote } from '../../run/notes.js';
import type { FoundDestination } from './find-destination.js';
import type { Selection } from '../select-entries.js';

export interface DestinationServer {
  readonly processId: number;
  /** Where it works, or writes its AOF. */
  readonly directory: BytePath;
}

/** Looks in the directory that is written to, and in its parent: a server runs above its AOF folder. */
export function findDestinationServer(
  fileSystem: FileSystem,
  destination: FoundDestination,
  selection: Selection,
): DestinationServer | null {
  for (const directory of candidates(destination, selection)) {
    const stat = fileSystem.stat(directory);
    const processId = stat === null ? null : findServerIn(stat);
    if (processId !== null) return { processId, directory };
  }
  return null;
}

function candidates(
  { path, placement, missingParents }: FoundDestination,
  selection: Selection,
): readonly BytePath[] {
  const parent = parentPath(path);
  if (missingParents.length > 0) return [];
  if (placement === 'place-one') return [parent, parentPath(parent)];
  if (placement === 'fill-directory') return [path, parent];
  // No server works in what does not exist. But a server whose AOF folder was moved away writes into a new one.
  return isAofFolder(selection) ? [parent] : [];
}

function isAofFolder(selection: Selection): boolean {
  return selection.some(
    ({ entry, relative }) =>
      entry.type === 'file' && !relative.includes('/') && hasManifestName(relative),
  );
}

export function runningServer({ processId, directory }: DestinationServer): InTheWayError {
  return new InTheWayError(
    `a Redis server (process ${processId}) is running in '${formatPath(directory)}'`,
    {
      path: directory,
      hint: 'stop the server first, or use --force: a running server may overwrite the restored files',
    },
  );
}

/** Of a restore with --force. */
export function runningServerNotes(server: DestinationServer | null): Note[] {
  if (server === null) return [];
  const { processId, directory } = server;
  return [
    lookNote(
      'running-server',
      null,
      `a Redis server (process ${processId}) is running in '${formatPath(directory)}': when it saves or is stopped, it may overwrite what was restored`,
      "stop it with 'redis-cli shutdown nosave', and restore again once it is gone",
    ),
  ];
}
