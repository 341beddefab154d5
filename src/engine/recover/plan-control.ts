// How the server of a run is stopped and started. What runs in its directory decides how it is stopped. Who has started it before
// the recovery starts it again, even if somebody has started it by hand meanwhile. Pure.
import type { StartPlan, StopPlan } from '../../redis/control/supervision.js';
import { planStop } from './plan/plan-stop.js';
import type { RecoveryTarget } from './target/reach-target.js';

/** @throws ServerError where nobody knows how to stop or to start the server */
export function planControl({ facts, startedBy }: Pick<RecoveryTarget, 'facts' | 'startedBy'>): {
  readonly stop: StopPlan;
  readonly start: StartPlan;
} {
  const { stop, start } = planStop(facts);
  if (startedBy === null) return { stop, start };
  return { stop, start: planStop({ ...facts, running: null, supervision: startedBy }).start };
}
