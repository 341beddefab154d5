// How a server is stopped and started, as words for a person. Commands that were typed, and arguments of a server, may
// hold a password: they are not repeated. Pure.
import type { StartPlan, StopPlan } from '../../redis/control/supervision.js';
import { formatPath } from '../../system/files/byte-path.js';

export function describeStop(plan: StopPlan): string {
  switch (plan.kind) {
    case 'program':
      return plan.words.filter((word) => word !== '--').join(' ');
    case 'shell':
      return 'the command of --stop-cmd';
    case 'shutdown':
      return 'SHUTDOWN';
    case 'nothing':
      return 'no server runs';
    default:
      return plan satisfies never;
  }
}

export function describeStart(plan: StartPlan): string {
  switch (plan.kind) {
    case 'program':
      return plan.words.filter((word) => word !== '--').join(' ');
    case 'shell':
      return 'the command of --start-cmd';
    case 'again': {
      const { program, args } = plan.command;
      const [, only] = args;
      const more = only === undefined ? '' : ` ${args.length === 2 ? formatPath(only) : '…'}`;
      return `${formatPath(program)}${more}`;
    }
    case 'by-hand':
      return plan.command === null ? 'by hand' : `by hand: ${plan.command}`;
    default:
      return plan satisfies never;
  }
}
