// Says again what was found in dumps and AOF files at their backups: their bytes may be those that were
// backed up, and still be of no use to a server.
import type { Content, ExaminationRecord } from '../../catalog/records.js';
import type { Verdict } from '../../persistence/examine/verdict.js';
import { readContent } from '../../repository/contents/read-content.js';
import { Digests } from '../../system/digest/digests.js';
import type { Note } from '../run/notes.js';
import {
  beginSecondExamination,
  finishSecondExamination,
  readVerdict,
  verdictNote,
} from '../snapshot/examined-verdict.js';
import type { ProofTally } from './proof-tally.js';
import type { VerifyRun } from './verify-run.js';

const HINT =
  'the file was already like this when it was backed up; other snapshots may have a sound one';

/** A warning for each path and content that cannot be relied on, with the first snapshot that has it. */
export async function verifyExaminations(run: VerifyRun, tally: ProofTally): Promise<Note[]> {
  const examinations = run.repository.examinations();
  const verdicts = new Map<number, Verdict>();
  const told = new Set<string>();
  const notes: Note[] = [];
  for (const { path, content, firstSnapshot } of run.scope.versions) {
    const record = content === null ? undefined : examinations.get(content.id);
    if (content === null || record === undefined || told.has(`${content.id} ${path}`)) continue;
    told.add(`${content.id} ${path}`);
    const verdict = verdicts.get(content.id) ?? (await findVerdict(run, tally, content, record));
    verdicts.set(content.id, verdict);
    const note = verdictNote(path, verdict, HINT, ` of snapshot ${firstSnapshot}`);
    if (note !== null) notes.push(note);
  }
  return notes;
}

/** As recorded. Where damage may have been taken for something unknown, whole bytes are examined again. */
async function findVerdict(
  { repository, context }: VerifyRun,
  tally: ProofTally,
  content: Content,
  record: ExaminationRecord,
): Promise<Verdict> {
  const { checkpoint } = context;
  const isProved = tally.outcomes.get(content.id) === null;
  const examiner = isProved ? beginSecondExamination(record, content, checkpoint) : null;
  if (examiner === null) return readVerdict(record).verdict;
  const digests = new Digests();
  try {
    const emit = async (bytes: Uint8Array): Promise<void> => examiner.push(bytes);
    await readContent(repository, content, { emit, checkpoint, digests });
  } finally {
    await digests.close();
  }
  return finishSecondExamination(examiner);
}
