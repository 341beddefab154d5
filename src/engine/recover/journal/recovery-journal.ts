// The journal of a recovery: a file of lines, each durable before the step goes on. Only this user can write in its folder,
// since whoever can write there decides what an undo moves.
import { CorruptError, InTheWayError } from '../../../errors.js';
import { isRecoveryId, recoveryJournalPath } from '../../../repository/layout.js';
import { syncDirectory } from '../../../repository/staging.js';
import { type BytePath, formatPath, parentPath } from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { readFileUpTo } from '../../../system/files/read-chunks.js';
import { type JournalEntry, type Step, decodeEntry, encodeEntry } from './journal-entries.js';
import { type JournalState, readState } from './journal-state.js';
import type { RecoveryRecord } from './recovery-record.js';

/** A recovery has about twenty lines, and more if it is continued again and again. */
const MOST_BYTES = 1024 * 1024;

export class RecoveryJournal {
  readonly #fileSystem: FileSystem;
  readonly #path: BytePath;
  readonly #processId: number;
  readonly #entries: JournalEntry[];

  private constructor(at: JournalPlace, path: BytePath, entries: JournalEntry[]) {
    this.#fileSystem = at.fileSystem;
    this.#processId = at.processId;
    this.#path = path;
    this.#entries = entries;
  }

  /** Makes the journal of a new recovery. Durable on return. @throws SystemError */
  static create(at: JournalPlace, record: RecoveryRecord): RecoveryJournal {
    const { fileSystem, recoveries } = at;
    const path = recoveryJournalPath(recoveries, record.id);
    // The record of the server may be in it already.
    if (fileSystem.stat(parentPath(path)) === null) {
      fileSystem.makeDirectory(parentPath(path), 0o700);
    }
    requireOwn(at, parentPath(path));
    fileSystem.close(fileSystem.open(path, 'create'));
    syncDirectory(fileSystem, parentPath(path));
    syncDirectory(fileSystem, recoveries);
    const journal = new RecoveryJournal(at, path, []);
    journal.#append({ entry: 'recovery', record });
    return journal;
  }

  /**
   * Null where a kill came before its first line, or where it is gone.
   * @throws CorruptError where it is damaged, or is no file; InTheWayError where others may write in its folder
   */
  static open(at: JournalPlace, recoveryId: string): RecoveryJournal | null {
    const { fileSystem, recoveries } = at;
    const path = recoveryJournalPath(recoveries, recoveryId);
    // An undo of another server on this machine may have removed it since it was listed.
    if (fileSystem.stat(parentPath(path)) === null) return null;
    requireOwn(at, parentPath(path));
    if (fileSystem.stat(path) === null) return null;
    const bytes = readFileUpTo(fileSystem, path, MOST_BYTES);
    if (bytes === null) {
      throw new CorruptError(`the journal '${formatPath(path)}' is too large`, { path });
    }
    const entries = wholeLines(bytes.toString('utf8')).map((line) =>
      decodeEntry(line, formatPath(path)),
    );
    const journal = new RecoveryJournal(at, path, entries);
    const { record } = journal.stateOrNull ?? {};
    if (record !== undefined && record.id !== recoveryId) {
      throw new CorruptError(`the journal '${formatPath(path)}' is of another recovery`, { path });
    }
    return record === undefined ? null : journal;
  }

  get state(): JournalState {
    const state = this.stateOrNull;
    if (state === null) throw new Error('the journal has no first line');
    return state;
  }

  get stateOrNull(): JournalState | null {
    return readState(this.#entries);
  }

  noteBegun(step: Step): void {
    this.#append({ entry: 'step', step, state: 'begun', processId: this.#processId });
  }

  noteDone(step: Step): void {
    this.#append({ entry: 'step', step, state: 'done', processId: this.#processId });
  }

  /** From here on the recovery is taken back. */
  noteUndo(): void {
    this.#append({ entry: 'undo' });
  }

  noteEnd(outcome: 'recovered' | 'undone'): void {
    this.#append({ entry: 'end', outcome });
  }

  /** Durable on return. */
  #append(entry: JournalEntry): void {
    const file = this.#fileSystem.open(this.#path, 'update');
    try {
      const end = Number(this.#fileSystem.statOpen(file).size);
      // Ends a line that was cut off while it was written.
      const text = `${end === 0 ? '' : '\n'}${encodeEntry(entry)}\n`;
      this.#fileSystem.write(file, Buffer.from(text, 'utf8'), end);
      this.#fileSystem.sync(file);
    } finally {
      this.#fileSystem.close(file);
    }
    this.#entries.push(entry);
  }
}

/**
 * Each line is written with a line feed before it and one behind it. So an empty line, or the end, follows a line that was
 * written as a whole. A line that was cut off says nothing: its step had not begun, or was not noted as done.
 */
function wholeLines(text: string): string[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.filter((line, index) => line !== '' && (lines[index + 1] ?? '') === '');
}

/** Where journals are kept, and by whom. */
export interface JournalPlace {
  readonly fileSystem: FileSystem;
  /** The folder of all recoveries. */
  readonly recoveries: BytePath;
  /** The user that this process acts as. */
  readonly uid: number;
  readonly processId: number;
}

/** Ids of the recoveries of which there is something, oldest first. */
export function listRecoveries({ fileSystem, recoveries }: JournalPlace): string[] {
  if (fileSystem.stat(recoveries)?.isDirectory() !== true) return [];
  return fileSystem.list(recoveries).filter(isRecoveryId);
}

/**
 * Makes the folder of all recoveries, for this user alone, with what is missing above it.
 * @throws InTheWayError where others may write in it; SystemError
 */
export function makeRecoveries(at: JournalPlace): void {
  const { fileSystem, recoveries } = at;
  makeFolder(fileSystem, recoveries);
  requireOwn(at, recoveries);
  requireWritable(fileSystem, recoveries);
}

/** An earlier recovery may have made it, and the file system may be read-only by now. */
function requireWritable(fileSystem: FileSystem, folder: BytePath): void {
  const file = fileSystem.open(folder, 'directory');
  try {
    fileSystem.chmodOpen(file, 0o700);
  } finally {
    fileSystem.close(file);
  }
}

function makeFolder(fileSystem: FileSystem, path: BytePath): void {
  if (fileSystem.stat(path) !== null) return;
  makeFolder(fileSystem, parentPath(path));
  fileSystem.makeDirectory(path, 0o700);
  syncDirectory(fileSystem, parentPath(path));
}

/** @throws InTheWayError where others may write in the folder */
export function requireOwn({ fileSystem, uid }: JournalPlace, folder: BytePath): void {
  const stat = fileSystem.stat(folder);
  const isOwn =
    stat?.isDirectory() === true &&
    (Number(stat.uid) === uid || stat.uid === 0n) &&
    (stat.mode & 0o022n) === 0n;
  if (isOwn) return;
  throw new InTheWayError(
    `'${formatPath(folder)}' is not a folder in which only this user may write`,
    {
      path: folder,
      hint: 'find out who has made it, and move it away: whoever can write there decides what a recovery does',
    },
  );
}
