// Decides everything that a recovery does, from what was found. Pure. What cannot go well is refused here, while the
// server still runs and nothing was touched.
import { expectKeys } from './expected-keys.js';
import { chooseKind } from './choose-kind.js';
import { planAside } from './plan-aside.js';
import { planAof, planDump } from './plan-files.js';
import { planNotes } from './plan-notes.js';
import { planStop } from './plan-stop.js';
import type { RecoveryFacts } from './recovery-facts.js';
import type { RecoveryPlan } from './recovery-plan.js';
import {
  requireKnownAof,
  requireReadable,
  requireRecoverable,
  requireSameAtStart,
} from './requirements.js';

/**
 * @param recoveryId as `isRecoveryId` knows it
 * @throws UsageError, NotInSnapshotError, CorruptError, ServerError, each with a hint
 */
export function planRecovery(facts: RecoveryFacts, recoveryId: string): RecoveryPlan {
  const { target, data, use, expired } = facts;
  const { settings, version, running } = target;
  requireRecoverable(running);
  requireSameAtStart(target);
  const isAofOn = requireKnownAof(target);
  const choice = chooseKind(data, use, { isAofOn, isAssumed: settings.knownFrom === 'directory' });
  const { dump, aof } = data;
  const loaded = choice.kind === 'aof' ? (aof?.files ?? []) : dump === null ? [] : [dump];
  requireReadable(loaded, version, running?.address ?? null);
  const files =
    choice.kind === 'aof' && aof !== null
      ? planAof(aof, settings)
      : planDump(requireOne(loaded), settings, isAofOn, version);
  const expected = expectKeys(loaded, expired);
  return {
    choice,
    files,
    aside: planAside(target, files, recoveryId),
    ...planStop(target),
    expected,
    notes: planNotes({ target, data, choice, files: loaded, expected }),
  };
}

function requireOne<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error('nothing was chosen');
  return first;
}
