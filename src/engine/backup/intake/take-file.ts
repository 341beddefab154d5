// Taking one file of SOURCE, in several attempts where it changes while it is read. A file that cannot be
// taken is kept as the last snapshot has it, marked stale, or is left out where there is no older version.
import type { Version } from '../../../catalog/records.js';
import type { FileExamination } from '../../../persistence/examine/examine-file.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import { isErrno } from '../../../system/files/errno.js';
import { pause } from '../../../system/time/pause.js';
import { lookNote, type Note } from '../../run/notes.js';
import { leftOutNote } from '../../source/links-of-others.js';
import type { ScannedEntry } from '../../source/scan-source.js';
import { type NextEntry, entryAsScanned, keptEntry, metadataOf } from '../next-entry.js';
import { FileIntake, type FileToTake, type IntakeParts, type TakenFile } from './file-intake.js';
import { SourceReadError } from './read-source.js';

const ATTEMPTS = 4;
const PAUSE_BETWEEN_MS = 150;

export interface Taken {
  /** Null where the file is not in the snapshot. */
  readonly entry: NextEntry | null;
  readonly note: Note | null;
  readonly examination: FileExamination | null;
}

type Outcome =
  | { readonly kind: 'taken'; readonly file: TakenFile }
  /** It was gone, or no longer a regular file, when it was opened. */
  | { readonly kind: 'vanished' }
  /** It may be somebody else's file, by what it was when it was opened. */
  | { readonly kind: 'link-of-other' }
  | { readonly kind: 'unreadable'; readonly error: Error }
  /** The repository's file system takes no file of its size. */
  | { readonly kind: 'too-large'; readonly error: Error }
  /** It went on changing through all attempts. */
  | { readonly kind: 'restless' };

/** @throws SystemError where the repository cannot be written */
export async function takeFile(
  parts: IntakeParts,
  entry: ScannedEntry,
  how: Pick<FileToTake, 'captured' | 'expectedKind' | 'onBytes'>,
): Promise<Taken> {
  const { path, absolute } = entry;
  const outcome = await attempt(parts, { path, absolute, ...how });
  if (outcome.kind === 'vanished') return { entry: null, note: null, examination: null };
  if (outcome.kind === 'link-of-other') {
    return { entry: null, note: leftOutNote(path), examination: null };
  }
  if (outcome.kind === 'taken') {
    const { content, staged, stat, state, examination } = outcome.file;
    const metadata = metadataOf(stat);
    const next = { ...entryAsScanned(entry, null), ...metadata, content, staged, state };
    return { entry: next, note: null, examination };
  }
  return keepOrLeaveOut(parts.last.versions.get(path), path, whyNot(outcome));
}

function whyNot(outcome: Extract<Outcome, { kind: 'unreadable' | 'too-large' | 'restless' }>) {
  if (outcome.kind === 'restless') return 'kept changing while it was read';
  const what =
    outcome.kind === 'too-large' ? 'is too large for the repository' : 'could not be read';
  return `${what}: ${outcome.error.message}`;
}

async function attempt(parts: IntakeParts, file: FileToTake): Promise<Outcome> {
  for (let attempts = 1; attempts <= ATTEMPTS;) {
    try {
      const outcome = await attemptOnce(parts, file);
      if (outcome.kind !== 'restless') return outcome;
      if (attempts < ATTEMPTS) await pause(PAUSE_BETWEEN_MS * attempts);
      attempts += 1;
    } catch (error) {
      if (isErrno(error, 'EFBIG')) return { kind: 'too-large', error: error as Error };
      // A disk that cannot be read is this file's trouble. One that cannot be written is the run's.
      if (!(error instanceof SourceReadError)) throw error;
      const { reason } = error;
      if (isErrno(reason, 'EAGAIN') && (await parts.patience.wait())) continue;
      return { kind: 'unreadable', error: reason };
    }
  }
  return { kind: 'restless' };
}

async function attemptOnce(parts: IntakeParts, file: FileToTake): Promise<Outcome> {
  const intake = await FileIntake.open(parts, file);
  if (intake === null) return { kind: 'vanished' };
  const { isLinkOfOther } = intake;
  try {
    if (!isLinkOfOther && (await intake.read())) {
      return { kind: 'taken', file: await intake.finish() };
    }
  } catch (error) {
    await intake.discard();
    throw error;
  }
  await intake.discard();
  return { kind: isLinkOfOther ? 'link-of-other' : 'restless' };
}

/** @param why the file could not be taken, as it follows its name */
export function keepOrLeaveOut(version: Version | undefined, path: BytePath, why: string): Taken {
  const shown = formatPath(path);
  if (version?.type === 'file') {
    const message = `'${shown}' ${why}; its last version is kept and marked stale`;
    return { entry: keptEntry(version), note: lookNote('stale', path, message), examination: null };
  }
  const message = `'${shown}' ${why}; it is not in this snapshot`;
  return { entry: null, note: lookNote('left-out', path, message), examination: null };
}
