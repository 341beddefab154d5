// Proves what a repository holds: the catalog, the names and sizes of files, and the bytes of contents,
// which are rebuilt and compared with their digests. Takes no lock. Changes nothing in the repository,
// except that the result is noted in the catalog.
import type { ContentCheck, VerificationRecord } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { openSnapshots } from '../../repository/open/open-repository.js';
import { repairHint } from '../../repository/repair-hint.js';
import type { OpenRepository } from '../../repository/repository.js';
import { formatPath } from '../../system/files/byte-path.js';
import { type Note, infoNote, lookNote } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { type RequestedTime, parseTime } from '../snapshot/time-spec.js';
import { totalBytesOf } from './choose-contents.js';
import { type ProofPlan, planProof } from './plan-proof.js';
import { ProofTally } from './proof-tally.js';
import { confirmLost, hasChangedSince } from './verify-again.js';
import { verifyCatalog } from './verify-catalog.js';
import { proveRebuilt } from './verify-contents.js';
import { verifyDataFolder } from './verify-data-folder.js';
import { verifyEntries } from './verify-entries.js';
import { mirrorPaths, proveMirrored } from './verify-mirror.js';
import { verifyExaminations } from './verify-examinations.js';
import type { VerifyProblem, VerifyReport } from './verify-report.js';
import type { VerifyMode, VerifyRequest } from './verify-request.js';
import type { VerifyRun } from './verify-run.js';
import { type LostContents, type VerifyScope, lossesOf, readScope } from './verify-scope.js';
import { type SizeVerification, verifySizes } from './verify-sizes.js';

/**
 * @throws UsageError, NoRepositoryError, LockedError, NewerFormatError, NotInSnapshotError; CorruptError where the
 *   catalog cannot be read at all. Any other corruption is in the report.
 */
export async function verify(request: VerifyRequest, context: RunContext): Promise<VerifyReport> {
  const time = request.time === null ? null : parseTime(request.time);
  const repository = openSnapshots(context.fileSystem, request.repository);
  try {
    const mode = request.mode ?? FULL;
    const { deep = false } = request;
    const {
      report: found,
      record,
      checks,
    } = await hintingAtRepair(repository, () =>
      verifyOpen(repository, { time, mode, deep }, context),
    );
    const report = { ...found, repository: formatPath(request.repository) };
    const refusal = repository.noteVerification(record, checks);
    if (refusal === null) return report;
    const note = infoNote(
      'not-recorded',
      null,
      `the result of this verification was not recorded: ${refusal}`,
    );
    return { ...report, notes: [...report.notes, note] };
  } finally {
    repository.close();
  }
}

export interface VerifyResult {
  readonly report: VerifyReport;
  /** What the repository is to remember of the verification. */
  readonly record: VerificationRecord;
  readonly checks: readonly ContentCheck[];
}

/** What of an open repository is verified, and how much. */
export interface VerifyWish {
  /** Null for every snapshot. */
  readonly time: RequestedTime | null;
  readonly mode: VerifyMode;
  /** Whether the values of dumps are looked into as deep as memory allows. */
  readonly deep: boolean;
}

/** Every byte of every snapshot. */
export const VERIFY_ALL: VerifyWish = { time: null, mode: { kind: 'full' }, deep: false };

const FULL = VERIFY_ALL.mode;

/** Verifies an open repository and writes nothing. Errors as in `verify`. */
export async function verifyOpen(
  repository: OpenRepository,
  { time, mode, deep }: VerifyWish,
  context: RunContext,
): Promise<VerifyResult> {
  const startedAtSeconds = secondsNow(context);
  const scope = readScope(repository, time, context);
  const run: VerifyRun = { repository, scope, context };
  const catalog = await verifyCatalog(repository, scope, context.checkpoint);
  const sizes = verifySizes(repository, scope);
  const entries = verifyEntries(run);
  const dataNotes = verifyDataFolder(repository, scope);
  const plan = planProof(scope, mode, repository.verificationHistory(), startedAtSeconds);
  const tally = await prove(run, plan, mode);

  const unproved = await confirmUnproved(run, sizes.lost, tally);
  const lost = new Map([...tally.lost(), ...unproved]);
  const problems = [
    ...catalog.problems,
    ...lossesOf(scope, lostIn('mirror', scope, lost), 'mirror-content'),
    ...tally.problems,
    ...unprovedSpares(run, sizes, tally),
    ...entries.problems,
    ...lossesOf(scope, lostIn('increments', scope, lost), 'content'),
  ];
  const examined = await verifyExaminations(run, tally, deep);
  const checked = tally.checkedOf(scope.contents.values());
  const left = plan.due.filter(({ id }) => !tally.outcomes.has(id));
  return {
    report: {
      repository: formatPath(repository.path),
      mode: mode.kind,
      versionsChecked: scope.versions.filter(
        ({ content }) => content !== null && tally.outcomes.has(content.id),
      ).length,
      contentsChecked: checked.length,
      bytesChecked: tally.bytesChecked,
      contentsLeft: left.length,
      bytesLeft: totalBytesOf(left),
      examined: examined.deep,
      problems,
      notes: [
        ...emptyNotes(scope),
        ...catalog.notes,
        ...entries.notes,
        ...dataNotes,
        ...examined.notes,
      ],
    },
    record: {
      mode: mode.kind,
      snapshot: scope.only?.id ?? null,
      roundStartedAtSeconds: plan.roundStartedAtSeconds,
      startedAtSeconds,
      finishedAtSeconds: secondsNow(context),
      problems: problems.length,
      checkedContents: checked.length,
      checkedBytes: tally.bytesChecked,
      leftContents: left.length,
      leftBytes: totalBytesOf(left),
    },
    checks: checked.map((content) => ({
      content,
      checkedAtSeconds: startedAtSeconds,
      isWhole: tally.outcomes.get(content.id) === null,
    })),
  };
}

/** While the first backup runs, nothing is verified. So this one has ended without a snapshot. */
function emptyNotes({ snapshots }: VerifyScope): Note[] {
  if (snapshots.length > 0) return [];
  const message = 'the repository holds no snapshot: its first backup was not finished';
  return [lookNote('no-snapshot', null, message, 'run the backup again')];
}

function secondsNow({ clock }: RunContext): number {
  return Math.floor(clock.nowMs() / 1000);
}

/** @throws CorruptError that says how to repair the catalog, where its rows cannot be read */
async function hintingAtRepair(
  repository: OpenRepository,
  run: () => Promise<VerifyResult>,
): Promise<VerifyResult> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    throw new CorruptError(error.message, { hint: repairHint(repository.path), cause: error });
  }
}

/** Proves what is planned, until the time is up. */
async function prove(run: VerifyRun, { groups }: ProofPlan, mode: VerifyMode): Promise<ProofTally> {
  const copies = mirrorPaths(run.scope);
  const totalBytes = groups
    .flat()
    .reduce((bytes, { id, sizeBytes }) => bytes + sizeBytes * (copies.get(id)?.length ?? 1), 0);
  const maxDurationMs = mode.kind === 'timed' ? mode.maxDurationMs : null;
  const tally = new ProofTally(run.context, totalBytes, maxDurationMs);
  for (const group of groups) {
    if (tally.isOutOfTime()) break;
    await proveMirrored(run, group, tally);
    const rebuilt = group.filter(({ id }) => !copies.has(id));
    if (rebuilt.length > 0) await proveRebuilt(run, rebuilt, tally);
  }
  return tally;
}

/** Contents that were not proved, and are lost by names and sizes alone. */
async function confirmUnproved(
  run: VerifyRun,
  lost: LostContents,
  tally: ProofTally,
): Promise<LostContents> {
  const candidates = [...lost].flatMap(([id, message]) => {
    const content = tally.outcomes.has(id) ? undefined : run.scope.contents.get(id);
    return content === undefined ? [] : [{ content, message }];
  });
  return confirmLost(run, candidates);
}

/** Damaged mirror files whose content is whole elsewhere, as far as the proof did not look at them. */
function unprovedSpares(
  { repository, scope }: VerifyRun,
  { spare }: SizeVerification,
  tally: ProofTally,
): VerifyProblem[] {
  if (hasChangedSince(repository, scope)) return [];
  return [...spare].flatMap(([id, found]) => (tally.outcomes.has(id) ? [] : found));
}

/** The lost contents that the mirror should hold, or those that only increments hold. */
function lostIn(
  where: 'mirror' | 'increments',
  scope: VerifyScope,
  lost: LostContents,
): LostContents {
  const inMirror = mirrorPaths(scope);
  return new Map([...lost].filter(([id]) => inMirror.has(id) === (where === 'mirror')));
}
