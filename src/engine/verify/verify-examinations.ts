// Says again what was found in dumps and AOF files at their backups: their bytes may be those that were
// backed up, and still be of no use to a server. A deep verification looks into them once more.
import type { Content, ExaminationRecord } from '../../catalog/records.js';
import type { FileExaminer } from '../../persistence/examine/examine-file.js';
import { judgeFile } from '../../persistence/examine/judge-file.js';
import { type Verdict, wouldLoad, wouldLoadSanitized } from '../../persistence/examine/verdict.js';
import { readContent } from '../../repository/contents/read-content.js';
import { Digests } from '../../system/digest/digests.js';
import { type Note, showPath } from '../run/notes.js';
import {
  beginDeepExamination,
  beginSecondExamination,
  readVerdict,
  verdictNote,
} from '../snapshot/examined-verdict.js';
import type { ProofTally } from './proof-tally.js';
import type { DeepExamination } from './verify-report.js';
import type { VerifyRun } from './verify-run.js';

const HINT =
  'the file was already like this when it was backed up; other snapshots may have a sound one';

export interface VerifiedExaminations {
  /** A warning for each path and content that cannot be relied on, with the first snapshot that has it. */
  readonly notes: readonly Note[];
  /** Null unless the verification is deep. */
  readonly deep: readonly DeepExamination[] | null;
}

/** What was found in a content. */
interface Found {
  readonly verdict: Verdict;
  /** What a deep verification left out; null where it did not look. */
  readonly skipped: { readonly values: number; readonly keys: number } | null;
}

export async function verifyExaminations(
  run: VerifyRun,
  tally: ProofTally,
  isDeep: boolean,
): Promise<VerifiedExaminations> {
  const examinations = run.repository.examinations();
  const contents = new Map<number, Found>();
  const told = new Set<string>();
  const notes: Note[] = [];
  const deep: DeepExamination[] = [];
  for (const { path, content, firstSnapshot } of run.scope.versions) {
    const record = content === null ? undefined : examinations.get(content.id);
    if (content === null || record === undefined || told.has(`${content.id} ${path}`)) continue;
    told.add(`${content.id} ${path}`);
    const known = contents.get(content.id);
    const found = known ?? (await examine(run, { tally, content, record, isDeep }));
    contents.set(content.id, found);
    const { verdict, skipped } = found;
    const note = verdictNote(path, verdict, HINT, ` of snapshot ${firstSnapshot}`);
    if (note !== null) notes.push(note);
    if (known !== undefined || skipped === null) continue;
    deep.push({
      path: showPath(path),
      snapshot: firstSnapshot,
      verdict: verdict.kind,
      loads: wouldLoad(verdict),
      sanitized: wouldLoadSanitized(verdict),
      problem: verdict.kind === 'whole' ? null : verdict.why,
      skippedValues: skipped.values,
      skippedKeys: skipped.keys,
    });
  }
  return { notes, deep: isDeep ? deep : null };
}

interface ExaminedContent {
  readonly tally: ProofTally;
  readonly content: Content;
  readonly record: ExaminationRecord;
  readonly isDeep: boolean;
}

/**
 * As recorded, unless the verification is deep. Where damage may have been taken for something unknown, whole
 * bytes are examined again.
 */
async function examine(
  { repository, context }: VerifyRun,
  { tally, content, record, isDeep }: ExaminedContent,
): Promise<Found> {
  const { checkpoint } = context;
  const isProved = tally.outcomes.get(content.id) === null;
  const examiner = isProved ? begin() : null;
  if (examiner === null) return { verdict: readVerdict(record).verdict, skipped: null };
  const digests = new Digests();
  try {
    const emit = async (bytes: Uint8Array): Promise<void> => examiner.push(bytes);
    await readContent(repository, content, { emit, checkpoint, digests });
  } finally {
    await digests.close();
  }
  const examination = await examiner.finish();
  const faults = examination.rdb?.faults;
  const skipped = { values: faults?.skippedValues ?? 0, keys: faults?.skippedKeys ?? 0 };
  return { verdict: judgeFile(examination), skipped: isDeep ? skipped : null };

  function begin(): FileExaminer | null {
    return isDeep
      ? beginDeepExamination(record, content, checkpoint)
      : beginSecondExamination(record, content, checkpoint);
  }
}
