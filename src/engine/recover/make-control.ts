// Makes the control of a server, for a recovery and for its undo.
import { ServerError } from '../../errors.js';
import type { StartPlan, StopPlan } from '../../redis/control/supervision.js';
import { LiveControl, type LiveControlParts } from './live-control.js';
import type { CommandRun } from './recovery-run.js';

export interface ControlPlan extends Pick<LiveControlParts, 'expected' | 'keepPresent'> {
  readonly stop: StopPlan;
  readonly start: StartPlan;
}

/** @throws ServerError where nobody knows how the server is started */
export function makeControl(
  { request, target, context }: CommandRun,
  { stop, start, ...others }: ControlPlan,
): LiveControl {
  if (start.kind === 'by-hand') throw unknownStart(target.address);
  const { isAofOn } = target.facts.settings;
  const kept = isAofOn === true ? 'as-configured' : 'save';
  return new LiveControl({
    ...others,
    stop,
    start,
    directory: target.identity,
    shutdown: request.discardPresent ? 'nosave' : kept,
    connect: target.connect,
    waitTimeoutMs: request.server.waitTimeoutMs,
    context,
  });
}

function unknownStart(address: string | null): ServerError {
  return new ServerError('failed', 'nobody knows how the server is started', {
    address,
    hint: 'say how it is stopped and started: --stop-cmd COMMAND --start-cmd COMMAND',
  });
}
