// Warnings where what was restored is not what a server would load that starts in its directory. The directory is looked at
// after the restore, so that what was there before counts too.
import { SystemError } from '../../../errors.js';
import {
  type BytePath,
  ROOT,
  formatPath,
  joinPath,
  parentPath,
  relativePath,
} from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { type Note, infoNote, lookNote } from '../../run/notes.js';
import { recoverCommand } from '../recover-command.js';
import type { RestoreEntry, RestoreSource } from '../restore-source.js';
import { type Selection, placeBelow } from '../select-entries.js';
import type { DataFolder } from './data-folder.js';
import { type NotLoaded, type ServerAof, judgeLoading } from './judge-loading.js';
import { lookAtDataFolder } from './look-at-data-folder.js';
import { type RestoredData, SnapshotFiles, groupRestoredData } from './restored-data.js';

/** @param destination its real path */
export function loadingNotes(
  fileSystem: FileSystem,
  source: RestoreSource,
  selection: Selection,
  destination: BytePath,
): Note[] {
  const files = new SnapshotFiles(source.entries);
  const places = new Set(selection.map((selected) => placeBelow(destination, selected)));
  return groupRestoredData(selection, destination, files).flatMap((data) => {
    // The files of a server are those of the snapshot itself, and not in one of its folders.
    const isServers = data.place === ROOT && !data.isRenamed;
    const recover = isServers ? recoverCommand(source, data.directory) : null;
    if (data.isIncomplete) return [incompleteNote(data, recover)];
    const kept = data.place === null ? NOTHING : files.dataAt(data.place);
    const likely = [...kept.manifests.map((path) => parentPath(path)), ...data.aofFolders];
    const found = lookAtDataFolder(fileSystem, data.directory, likely);
    // An AOF that an earlier run has restored counts too.
    const isRestored = (path: BytePath): boolean =>
      places.has(joinPath(data.directory, path)) || isAsInSnapshot(fileSystem, files, data, path);
    const notLoaded = judgeLoading({
      restored: { ...pick(found, isRestored), dumps: data.dumps },
      standing: pick(found, (path) => !isRestored(path)),
      kept,
      server: data.place === ROOT ? serverAof(source) : null,
    });
    return notLoaded === null ? [] : [notLoadedNote(data, notLoaded, recover)];
  });
}

/** Whether an AOF on the disk is that of the snapshot, by the sizes and times of its files. */
function isAsInSnapshot(
  fileSystem: FileSystem,
  files: SnapshotFiles,
  { directory, place }: RestoredData,
  path: BytePath,
): boolean {
  if (place === null) return false;
  const aof = files.filesOfAof(joinPath(place, path));
  return (
    aof.length > 0 &&
    aof.every((file) =>
      isSame(fileSystem, joinPath(directory, relativePath(file.path, place)), file),
    )
  );
}

function isSame(
  fileSystem: FileSystem,
  path: BytePath,
  { sizeBytes, mtimeNs }: RestoreEntry,
): boolean {
  try {
    const stat = fileSystem.stat(path);
    return stat?.isFile() === true && Number(stat.size) === sizeBytes && stat.mtimeNs === mtimeNs;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

const NOTHING: DataFolder = { dumps: [], logs: [], manifests: [] };

function pick(
  { dumps, logs, manifests }: DataFolder,
  isWanted: (path: BytePath) => boolean,
): DataFolder {
  return {
    dumps: dumps.filter(isWanted),
    logs: logs.filter(isWanted),
    manifests: manifests.filter(isWanted),
  };
}

function serverAof({ snapshot: { server } }: RestoreSource): ServerAof | null {
  if (server === null) return null;
  const files = server.aof?.files ?? [];
  return {
    isEnabled: server.aof !== null,
    ownsManifest: (path) => {
      const stem = formatPath(path.slice(0, -'manifest'.length) as BytePath);
      return files.some((file) => file.path.startsWith(stem));
    },
  };
}

function notLoadedNote(data: RestoredData, notLoaded: NotLoaded, recover: string | null): Note {
  const message = describe(formatPath(data.directory), notLoaded);
  return noteOf(data, message, withRecover(HINTS[notLoaded.why], recover));
}

/** The command comes last, so that it can be copied. */
function withRecover(hint: string, recover: string | null): string {
  return recover === null ? hint : `${hint}; or let all of it be done: ${recover}`;
}

function noteOf({ path, isRenamed }: RestoredData, message: string, hint: string): Note {
  // Under another name it is there to be looked at, and no server is about to load it.
  return isRenamed
    ? { ...infoNote('not-loaded', path, message), hint }
    : lookNote('not-loaded', path, message, hint);
}

function describe(directory: string, notLoaded: NotLoaded): string {
  const { why } = notLoaded;
  const restored = formatPath(notLoaded.restored);
  const server = `a server with 'appendonly yes' in '${directory}'`;
  if (why === 'other-aof') {
    return `${server} loads '${formatPath(notLoaded.loaded)}', which was there before, and not the restored '${restored}'`;
  }
  if (why === 'two-aofs') {
    return `'${directory}' has the restored '${restored}', and '${formatPath(notLoaded.loaded)}' from before: a server loads the one that its settings name`;
  }
  return why === 'no-aof'
    ? `'${restored}' was restored without the append-only file: ${server} starts empty, and then saves over it`
    : `the server of the snapshot had its append-only file off: it loads its dump, and not the restored '${restored}'`;
}

const HINTS: Readonly<Record<NotLoaded['why'], string>> = {
  'other-aof':
    "restore the whole directory if the snapshot has an append-only file; otherwise start the server with 'appendonly no', and turn it on once the data is there",
  'two-aofs': 'move the other one away before the server starts',
  'no-aof':
    "restore the whole directory, or start the server with 'appendonly no', and turn it on once the data is there",
  'aof-off': "restore the dump too, or start the server with 'appendonly yes'",
};

function incompleteNote(data: RestoredData, recover: string | null): Note {
  const message = `'${formatPath(data.path)}' is a part of an append-only file: without the others, as its manifest names them, a server does not load it, or loads it together with parts of another time`;
  return noteOf(data, message, withRecover('restore the whole folder that it is in', recover));
}
