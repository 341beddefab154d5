// Which contents a verification proves, in which groups, and what it leaves for another run. Pure, except
// for the random sample.
import type { Content } from '../../catalog/records.js';
import type { VerificationHistory } from '../../repository/questions/questions.js';
import { chooseSample, inGroups, roundStart, uncheckedSince } from './choose-contents.js';
import type { VerifyMode } from './verify-request.js';
import type { VerifyScope } from './verify-scope.js';

export interface ProofPlan {
  /** When the round began that this run belongs to, since 1970. */
  readonly roundStartedAtSeconds: number;
  /** The contents to prove, one group after the other. */
  readonly groups: readonly (readonly Content[])[];
  /** What counts as left where this run has not looked at it. */
  readonly due: readonly Content[];
}

/** @param startedAtSeconds when this run began, since 1970 */
export function planProof(
  scope: VerifyScope,
  mode: VerifyMode,
  { records, checkTimes }: VerificationHistory,
  startedAtSeconds: number,
): ProofPlan {
  const all = [...scope.contents.values()];
  const roundStartedAtSeconds = roundStart(
    mode.kind,
    scope.only?.id ?? null,
    records,
    startedAtSeconds,
  );
  if (mode.kind === 'timed') {
    const due = uncheckedSince(all, checkTimes, roundStartedAtSeconds);
    return { roundStartedAtSeconds, groups: inGroups(due, checkTimes), due };
  }
  if (mode.kind === 'quick') return { roundStartedAtSeconds, groups: [], due: all };
  const chosen =
    mode.kind === 'sample'
      ? chooseSample(all, mode.percent, {
          times: checkTimes,
          nowSeconds: startedAtSeconds,
          random: Math.random,
        })
      : all;
  // One group, since chains share more work in it: without a time limit the order does not matter.
  return { roundStartedAtSeconds, groups: [chosen], due: all };
}
