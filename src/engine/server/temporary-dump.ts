// A dump that a server makes only for a backup, from the note before it is asked for to its removal. What is
// removed is the very file that was seen to appear after the server was asked. Anything else that stands
// under its name is left, and a note says so.
import { type OpenDump, isSameDump, openDump } from '../../redis/capture/dump-file.js';
import type { LiveServer } from '../../redis/server/live-server.js';
import {
  type FileIdentity,
  type TemporaryDump as NotedDump,
  forgetTemporaryDump,
  noteTemporaryDump,
  readTemporaryDumps,
} from '../../repository/commit/temporary-dump.js';
import { type BytePath, joinPath } from '../../system/files/byte-path.js';
import type { FileStat, FileSystem } from '../../system/files/file-system.js';
import type { Note } from '../run/notes.js';
import { dumpLeftNote, otherDumpNote } from './server-notes.js';

export class TemporaryDump {
  readonly #fileSystem: FileSystem;
  readonly #repository: BytePath;
  readonly #noted: Omit<NotedDump, 'seen'>;
  /** The file to be removed; null until it is seen. */
  #seen: FileIdentity | null = null;

  constructor(
    fileSystem: FileSystem,
    repository: BytePath,
    { facts, directory, settings }: LiveServer,
  ) {
    this.#fileSystem = fileSystem;
    this.#repository = repository;
    this.#noted = {
      path: joinPath(directory.path, settings.dumpName),
      runId: facts.runId,
      directory: directory.identity,
      askedSeconds: facts.timeSeconds,
    };
  }

  /** The server is about to be asked for the dump. Nothing but a leftover is under its name. */
  begin(): void {
    noteTemporaryDump(this.#fileSystem, this.#repository, { ...this.#noted, seen: null });
  }

  /** The dump has appeared, or is one that an earlier backup has left. */
  see(stat: FileStat): void {
    const { dev, ino, size, mtimeNs } = stat;
    this.#seen = { dev, ino, size, mtimeNs };
    noteTemporaryDump(this.#fileSystem, this.#repository, { ...this.#noted, seen: this.#seen });
  }

  /** Removes the dump. Never throws: trouble is a note. */
  remove(): Note[] {
    // A save whose end was not seen may still write its dump. The next run removes that.
    if (this.#seen === null) return [];
    const { path } = this.#noted;
    try {
      const stat = this.#fileSystem.stat(path);
      const isOther = stat !== null && !isSameDump(this.#seen, stat);
      if (stat !== null && !isOther) this.#fileSystem.unlink(path);
      forgetTemporaryDump(this.#fileSystem, this.#repository);
      this.#seen = null;
      return isOther ? [otherDumpNote(path)] : [];
    } catch (error) {
      return [dumpLeftNote(error as Error)];
    }
  }
}

/** What an earlier backup has left of such a dump. */
export interface LeftoverDump {
  /** Whether the dump that is there now was made for that backup alone. */
  readonly isThere: boolean;
  readonly notes: readonly Note[];
}

/**
 * Looks for the dump of a backup that was cut off. A file that cannot be told to be this dump is left, and
 * its note forgotten.
 * @param mayRemove whether the server still persists nothing, so that a dump would only use up disk space
 * @param before what is under the name of the server's dump
 */
export async function findLeftoverDump(
  fileSystem: FileSystem,
  repository: BytePath,
  liveServer: LiveServer,
  { before, mayRemove }: { readonly before: FileStat | null; readonly mayRemove: boolean },
): Promise<LeftoverDump> {
  const noted = readTemporaryDumps(fileSystem, repository);
  const path = joinPath(liveServer.directory.path, liveServer.settings.dumpName);
  const last = noted.at(-1);
  if (last !== undefined && mayRemove && before !== null && last.path === path) {
    const dump = await openDump(fileSystem, path);
    if (dump !== null) fileSystem.close(dump.descriptor);
    if (dump !== null && isSameDump(dump.stat, before) && isKnown(noted, liveServer, dump)) {
      return { isThere: true, notes: [] };
    }
  }
  forgetTemporaryDump(fileSystem, repository);
  const left = [...new Set(noted.map((note) => note.path))].filter(
    (each) => (each !== path || mayRemove) && fileSystem.stat(each) !== null,
  );
  return { isThere: false, notes: left.map(otherDumpNote) };
}

/** Whether it was seen by the earlier backup, or could only have been made because that backup asked. */
function isKnown(
  noted: readonly NotedDump[],
  { facts, directory }: LiveServer,
  { stat, createdSeconds }: OpenDump,
): boolean {
  const own = noted.filter(
    (note) =>
      facts.runId !== '' &&
      note.runId === facts.runId &&
      note.directory.dev === directory.identity.dev &&
      note.directory.ino === directory.identity.ino,
  );
  if (own.some(({ seen }) => seen !== null && isSameDump(seen, stat))) return true;
  const last = own.at(-1);
  // Nothing was there when the server was asked, and this dump was begun later.
  return last?.seen === null && createdSeconds !== null && createdSeconds >= last.askedSeconds;
}
