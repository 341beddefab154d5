// Makes the control of a server, for a recovery and for its undo.
import type { StartPlan, StopPlan } from '../../redis/control/supervision.js';
import type { ProgramStart } from '../../system/processes/start-program.js';
import { requireLoadingStart } from './loading/load-with-aof-off.js';
import { LiveControl, type LiveControlParts } from './live-control.js';
import type { Protocol } from './plan/recovery-plan.js';
import type { CommandRun } from './recovery-run.js';

export interface ControlPlan extends Pick<LiveControlParts, 'expected' | 'keepPresent'> {
  readonly stop: StopPlan;
  readonly start: StartPlan;
  /** Null for an undo. */
  readonly protocol: Protocol | null;
}

/** @throws ServerError where nobody knows how the server is started with its AOF off */
export function makeControl(
  { request, target, context }: CommandRun,
  { stop, start, protocol, ...others }: ControlPlan,
): LiveControl {
  const { directory, settings } = target.facts;
  const { isAofOn } = settings;
  // A server with `dir ./`, or without `dir`, takes the directory in which it is started for its own.
  const inDirectory = (command: ProgramStart): ProgramStart => ({ ...command, directory });
  const kept = isAofOn === true ? 'as-configured' : 'save';
  return new LiveControl({
    ...others,
    stop,
    start: start.kind === 'again' ? { ...start, command: inDirectory(start.command) } : start,
    path: directory,
    settings,
    loadingStart:
      protocol === 'classic' ? inDirectory(requireLoadingStart(target.loadingStart)) : null,
    directory: target.identity,
    shutdown: request.discardPresent ? 'nosave' : kept,
    connect: target.connect,
    waitTimeoutMs: request.server.waitTimeoutMs,
    context,
  });
}
