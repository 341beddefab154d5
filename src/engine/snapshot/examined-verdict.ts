// The verdict on a content that was examined at its backup, as the catalog keeps it, and what a run says
// of a file that cannot be relied on.
import type { Content, ExaminationRecord } from '../../catalog/records.js';
import { type ExaminedKind, FileExaminer } from '../../persistence/examine/examine-file.js';
import { judgeFile } from '../../persistence/examine/judge-file.js';
import {
  VERDICT_KINDS,
  type Verdict,
  type VerdictKind,
} from '../../persistence/examine/verdict.js';
import { readFindings } from '../../repository/stored/read-stored.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { type Note, lookNote, showPath } from '../run/notes.js';

/** What is remembered of an examination. */
export interface RecordedVerdict {
  readonly verdict: Verdict;
  /** Whether a program wrote it that took some damage for something unknown, or did not look for it. */
  readonly isOutdated: boolean;
}

export function readVerdict({ loads, problem, foundJson }: ExaminationRecord): RecordedVerdict {
  const kind = readFindings('a content', foundJson).found?.verdict ?? null;
  if (kind !== null && isKnownKind(kind)) {
    return { verdict: toVerdict(kind, problem), isOutdated: false };
  }
  const guess = problem === null ? 'whole' : loads === null ? 'unknown' : loads ? 'cut' : 'broken';
  return { verdict: toVerdict(guess, problem), isOutdated: kind === null };
}

/**
 * Makes an examiner for a content of the repository whose recorded verdict is outdated and says that the
 * content holds something unknown: that may be damage. Null where the record can be relied on.
 */
export function beginSecondExamination(
  record: ExaminationRecord | undefined,
  content: Pick<Content, 'sizeBytes'>,
  checkpoint: Checkpoint,
): FileExaminer | null {
  if (record === undefined || record.loads !== null || !readVerdict(record).isOutdated) return null;
  return new FileExaminer(readKind(record), content.sizeBytes, checkpoint);
}

/** Makes an examiner for a content of the repository that is to be looked into as deep as memory allows. */
export function beginDeepExamination(
  record: ExaminationRecord,
  content: Pick<Content, 'sizeBytes'>,
  checkpoint: Checkpoint,
): FileExaminer {
  return new FileExaminer(readKind(record), content.sizeBytes, checkpoint, 'deep');
}

function readKind({ foundJson }: ExaminationRecord): ExaminedKind {
  return readFindings('a content', foundJson).found?.kind === 'log' ? 'log' : 'dump';
}

/** Call this after all bytes were pushed. */
export async function finishSecondExamination(examiner: FileExaminer): Promise<Verdict> {
  return judgeFile(await examiner.finish());
}

/**
 * The warning that belongs to a verdict; null where the file can be relied on.
 * @param of what a message says behind the name of the file, such as ` of snapshot 4`
 */
export function verdictNote(path: BytePath, verdict: Verdict, hint: string, of = ''): Note | null {
  const shown = `'${showPath(path)}'${of}`;
  if (verdict.kind === 'broken') {
    return lookNote('would-not-load', path, `no server would load ${shown}: ${verdict.why}`, hint);
  }
  if (verdict.kind === 'damaged') {
    const message = `${shown} is damaged, although a server loads it: ${verdict.why}`;
    return lookNote('damaged-content', path, message, hint);
  }
  if (verdict.kind === 'unchecked') {
    return lookNote('cannot-be-checked', path, `${shown} cannot be checked: ${verdict.why}`, hint);
  }
  return null;
}

function isKnownKind(word: string): word is VerdictKind {
  return VERDICT_KINDS.some((kind) => kind === word);
}

function toVerdict(kind: VerdictKind, problem: string | null): Verdict {
  return kind === 'whole' ? { kind } : { kind, why: problem ?? 'it is damaged' };
}
