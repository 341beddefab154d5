// How the server is stopped, and how it is started again: by whoever supervises it. A server that systemd keeps running
// (Debian: `Restart=always`) comes back after SHUTDOWN, so SHUTDOWN is for a server of which nobody takes care. Pure.
import { ServerError } from '../../../errors.js';
import type { StartPlan, StopPlan } from '../../../redis/control/supervision.js';
import type { RunningServer, TargetFacts } from './recovery-facts.js';

/** @throws ServerError where nobody knows how to stop or to start the server */
export function planStop({ supervision, running }: TargetFacts): {
  readonly stop: StopPlan;
  readonly start: StartPlan;
} {
  const { stop, start } = planBoth(supervision, running);
  // A supervisor is told even if no server runs now: it may be about to start one.
  return running === null && stop.kind === 'shutdown'
    ? { stop: { kind: 'nothing' }, start }
    : { stop, start };
}

function planBoth(
  supervision: TargetFacts['supervision'],
  running: RunningServer | null,
): { readonly stop: StopPlan; readonly start: StartPlan } {
  switch (supervision.kind) {
    case 'systemd': {
      const { unit } = supervision;
      return both((verb) => ['systemctl', verb, '--', unit]);
    }
    case 'service': {
      const { name } = supervision;
      return both((verb) => ['service', name, verb]);
    }
    case 'commands':
      return {
        stop: { kind: 'shell', line: supervision.stop },
        start: { kind: 'shell', line: supervision.start },
      };
    case 'by-hand':
      return { stop: { kind: 'shutdown' }, start: supervision };
    case 'none':
      return planAlone(supervision.start, running);
    default:
      throw new ServerError('failed', `the server is kept running by ${supervision.what}`, {
        address: running?.address ?? null,
        hint: COMMANDS,
      });
  }
}

const COMMANDS = 'say how it is stopped and started: --stop-cmd COMMAND --start-cmd COMMAND';

function planAlone(
  command: Extract<TargetFacts['supervision'], { kind: 'none' }>['start'],
  running: RunningServer | null,
): { readonly stop: StopPlan; readonly start: StartPlan } {
  if (command !== null) return { stop: { kind: 'shutdown' }, start: { kind: 'again', command } };
  if (running === null)
    return { stop: { kind: 'shutdown' }, start: { kind: 'by-hand', command: null } };
  const { processId, address } = running;
  throw new ServerError(
    'failed',
    `nothing shows how the server (process ${processId}) was started, so it could not be started again`,
    { address, hint: COMMANDS },
  );
}

function both(words: (verb: 'stop' | 'start') => readonly [string, ...string[]]): {
  readonly stop: StopPlan;
  readonly start: StartPlan;
} {
  return {
    stop: { kind: 'program', words: words('stop') },
    start: { kind: 'program', words: words('start') },
  };
}
