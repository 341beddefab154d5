// Proving what a repository holds: the catalog, names and sizes, and the bytes of contents, rebuilt and
// compared with their digests. Takes no lock and changes nothing but the note of its result.
import type { Content, ContentCheck, VerificationRecord } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { openForReading } from '../../repository/open/open-repository.js';
import type { OpenRepository } from '../../repository/repository.js';
import { repairHint } from '../../repository/repair-hint.js';
import { formatPath } from '../../system/files/byte-path.js';
import {
  type CheckTimes,
  chooseSample,
  inGroups,
  roundStart,
  sum,
  uncheckedSince,
} from './choose-contents.js';
import { infoNote } from '../run/notes.js';
import { ProofTally } from './proof-tally.js';
import type { VerifyReport } from './verify-report.js';
import type { VerifyMode, VerifyRequest } from './verify-request.js';
import type { RunContext } from '../run/run-context.js';
import { confirmLost, wasOvertaken } from './verify-again.js';
import { verifyCatalog } from './verify-catalog.js';
import { proveRebuilt } from './verify-contents.js';
import { verifyDataFolder } from './verify-data-folder.js';
import { verifyEntries } from './verify-entries.js';
import { mirrorPaths, proveMirrored } from './verify-mirror.js';
import { type VerifyScope, lossesOf, readScope } from './verify-scope.js';
import { verifySizes } from './verify-sizes.js';

/**
 * @throws NoRepositoryError, NewerFormatError, NotInSnapshotError; CorruptError where the catalog cannot
 *   be read at all. Any other corruption is in the report.
 */
export async function verify(request: VerifyRequest, context: RunContext): Promise<VerifyReport> {
  const repository = openForReading(context.fileSystem, request.repository);
  try {
    const result = await verifyOpen(repository, request, context);
    const refusal = repository.noteVerification(result.record, result.checks);
    if (refusal === null) return result.report;
    const note = infoNote('not-recorded', null, `the result is not kept: ${refusal}`);
    return { ...result.report, notes: [...result.report.notes, note] };
  } finally {
    repository.close();
  }
}

export interface VerifyResult {
  readonly report: VerifyReport;
  /** What is to be remembered of it. */
  readonly record: VerificationRecord;
  readonly checks: readonly ContentCheck[];
}

const FULL: VerifyMode = { kind: 'full' };

/** Verifies an open repository and writes nothing. Errors as in `verify`. */
export async function verifyOpen(
  repository: OpenRepository,
  request: VerifyRequest,
  context: RunContext,
): Promise<VerifyResult> {
  const mode = request.mode ?? FULL;
  const startedAt = Math.floor(context.clock.nowMs() / 1000);
  const scope = readScopeOrHint(repository, request, context);
  const catalog = await verifyCatalog(repository, scope);
  const sizes = verifySizes(repository, scope);
  const entries = verifyEntries(repository, scope, context);
  const dataNotes = verifyDataFolder(repository, scope);
  const { tally, plan } = await prove(repository, scope, mode, startedAt, context);

  const checked = tally.checkedOf(scope.contents.values());
  const left = plan.left(tally);
  const unproved = await confirmLost(
    repository,
    scope,
    context,
    [...sizes.lost].flatMap(([id, message]) => {
      const content = tally.outcomes.has(id) ? undefined : scope.contents.get(id);
      return content === undefined ? [] : [{ content, message }];
    }),
  );
  const spare = wasOvertaken(repository, scope)
    ? []
    : [...sizes.spare].flatMap(([id, found]) => (tally.outcomes.has(id) ? [] : found));
  const inMirror = mirrorPaths(scope);
  const lost = new Map([...tally.lost(), ...unproved]);
  const lostIn = (isMirrored: boolean): Map<number, string> =>
    new Map([...lost].filter(([id]) => inMirror.has(id) === isMirrored));
  const problems = [
    ...catalog.problems,
    ...lossesOf(scope, lostIn(true), 'mirror-content'),
    ...tally.problems,
    ...spare,
    ...entries.problems,
    ...lossesOf(scope, lostIn(false), 'content'),
  ];
  const report: VerifyReport = {
    repository: formatPath(request.repository),
    mode: mode.kind,
    versionsChecked: scope.versions.filter(
      ({ content }) => content !== null && tally.outcomes.has(content.id),
    ).length,
    contentsChecked: checked.length,
    bytesChecked: tally.bytesChecked,
    contentsLeft: left.length,
    bytesLeft: sum(left),
    problems,
    notes: [...catalog.notes, ...entries.notes, ...dataNotes],
  };
  return {
    report,
    record: {
      mode: mode.kind,
      snapshot: scope.only?.id ?? null,
      roundStartedAt: plan.roundStartedAt,
      startedAt,
      finishedAt: Math.floor(context.clock.nowMs() / 1000),
      problems: problems.length,
      contents: checked.length,
      bytes: tally.bytesChecked,
      contentsLeft: left.length,
      bytesLeft: sum(left),
    },
    checks: checked.map((content) => ({
      content,
      checkedAt: startedAt,
      whole: tally.outcomes.get(content.id) === null,
    })),
  };
}

/** @throws CorruptError with the way to mend it, where rows of the catalog cannot be read */
function readScopeOrHint(
  repository: OpenRepository,
  request: VerifyRequest,
  context: RunContext,
): VerifyScope {
  try {
    return readScope(repository, request.time, context);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    throw new CorruptError(error.message, {
      hint: repairHint(request.repository),
      cause: error,
    });
  }
}

interface ProofPlan {
  readonly roundStartedAt: number;
  readonly chosen: readonly Content[];
  readonly left: (tally: ProofTally) => Content[];
}

/** Proves what the mode asks for. */
async function prove(
  repository: OpenRepository,
  scope: VerifyScope,
  mode: VerifyMode,
  startedAt: number,
  context: RunContext,
): Promise<{ readonly tally: ProofTally; readonly plan: ProofPlan }> {
  const { records, checkTimes: times } = repository.verificationHistory();
  const roundStartedAt = roundStart(mode.kind, scope.only?.id ?? null, records, startedAt);
  const plan = planProof(scope, mode, times, roundStartedAt, startedAt);
  const copies = mirrorPaths(scope);
  const totalBytes = plan.chosen.reduce(
    (bytes, { id, sizeBytes }) => bytes + sizeBytes * (copies.get(id)?.length ?? 1),
    0,
  );
  const maxDurationMs = mode.kind === 'timed' ? mode.maxDurationMs : null;
  const tally = new ProofTally(context, totalBytes, maxDurationMs);
  // Without a limit all is one group: chains share more, and the order does not matter.
  const groups = mode.kind === 'timed' ? inGroups(plan.chosen, times) : [plan.chosen];
  for (const group of groups) {
    if (tally.isOutOfTime()) break;
    const rebuilt = group.filter(({ id }) => !copies.has(id));
    await proveMirrored(repository, scope, group, context, tally);
    if (rebuilt.length > 0) await proveRebuilt(repository, scope, rebuilt, context, tally);
  }
  return { tally, plan };
}

function planProof(
  scope: VerifyScope,
  mode: VerifyMode,
  times: CheckTimes,
  roundStartedAt: number,
  nowSeconds: number,
): ProofPlan {
  const all = [...scope.contents.values()];
  const unseen = (contents: readonly Content[]) => (tally: ProofTally) =>
    contents.filter(({ id }) => !tally.outcomes.has(id));
  if (mode.kind === 'timed') {
    const due = uncheckedSince(all, times, roundStartedAt);
    return { roundStartedAt, chosen: due, left: unseen(due) };
  }
  const chosen =
    mode.kind === 'sample'
      ? chooseSample(all, mode.percent, times, nowSeconds, Math.random)
      : mode.kind === 'full'
        ? all
        : [];
  return { roundStartedAt, chosen, left: unseen(all) };
}
