// `remote list|remove|verify TARGET` is about the archives in a store. verify ends with exit 20 if one is damaged.
import { isWithoutRules } from '../../engine/keep/keep-rules.js';
import type {
  RemoteRemovalRequest,
  RemoteVerifyRequest,
} from '../../engine/remote/remote-request.js';
import { parseTime } from '../../engine/snapshot/time-spec.js';
import { EXIT, UsageError } from '../../errors.js';
import type { Invocation } from '../command.js';
import { toOpeningRequest, toTargetRequest } from '../options/archive-requests.js';
import { toKeepRules } from '../options/keep-options.js';
import type { OptionName } from '../options/option-table.js';
import type { ParsedArguments } from '../options/parse-arguments.js';
import { exitCodeOf } from '../output/notes.js';
import {
  formatArchiveRemoval,
  formatArchiveRemovalPlan,
  formatArchives,
  formatArchiveVerification,
} from '../output/remote-archives.js';

const ACTIONS = ['list', 'remove', 'verify'] as const;
type Action = (typeof ACTIONS)[number];

export async function runRemote(invocation: Invocation): Promise<number> {
  switch (toAction(invocation)) {
    case 'list':
      return runList(invocation);
    case 'remove':
      return runRemoval(invocation);
    default:
      return runVerification(invocation);
  }
}

async function runList(invocation: Invocation): Promise<number> {
  const { context, output } = invocation;
  const request = { target: toTarget(invocation) };
  const { listArchives } = await import('../../engine/remote/list-archives.js');
  output.result(await listArchives(request, context), formatArchives);
  return EXIT.done;
}

async function runRemoval(invocation: Invocation): Promise<number> {
  const { context, output } = invocation;
  const request = toRemoteRemovalRequest(invocation);
  const { removeArchives } = await import('../../engine/remote/remove-archives.js');
  const report = await removeArchives(request, context);
  if (request.dryRun) output.result(report, formatArchiveRemovalPlan);
  else output.outcome(report, (done) => (output.isQuiet ? '' : formatArchiveRemoval(done)));
  output.notes(report.notes);
  return exitCodeOf(report.notes);
}

async function runVerification(invocation: Invocation): Promise<number> {
  const { context, output } = invocation;
  const request = toRemoteVerifyRequest(invocation);
  const { verifyArchives } = await import('../../engine/remote/verify-archives.js');
  const report = await verifyArchives(request, context);
  output.result(report, (done) => formatArchiveVerification(done, output.isQuiet));
  output.notes(report.notes);
  return report.damaged > 0 ? EXIT.corrupt : exitCodeOf(report.notes);
}

/** Options that only some of the actions have. */
const OPTIONS_OF: Readonly<Record<Action, readonly OptionName[]>> = {
  list: [],
  remove: [
    'keep-last',
    'keep-hourly',
    'keep-daily',
    'keep-weekly',
    'keep-monthly',
    'keep-yearly',
    'keep-within',
    'older-than',
    'dry-run',
    'force',
  ],
  verify: ['identity', 'passphrase-file'],
};

/** @throws UsageError */
export function toAction({ parsed, operands }: Pick<Invocation, 'parsed' | 'operands'>): Action {
  const [word = ''] = operands;
  const action = ACTIONS.find((known) => known === word);
  if (action === undefined) {
    throw new UsageError(`remote takes list, remove or verify, but '${word}' was given`, {
      typed: word,
      hint: "see 'redis-rewind remote --help'",
    });
  }
  const others = ACTIONS.filter((other) => other !== action).flatMap((other) => OPTIONS_OF[other]);
  const wrong = others.find((name) => parsed.counts.has(name));
  if (wrong === undefined) return action;
  throw new UsageError(`option '--${wrong}' does not go with remote ${action}`, {
    hint: "see 'redis-rewind remote --help'",
  });
}

type Typed = Pick<Invocation, 'parsed' | 'operands' | 'toPath' | 'environment'>;

function toTarget(invocation: Typed): ReturnType<typeof toTargetRequest> {
  return toTargetRequest(invocation.operands[1] ?? '', invocation);
}

/** @throws UsageError */
export function toRemoteRemovalRequest(invocation: Typed): RemoteRemovalRequest {
  const { parsed } = invocation;
  return {
    target: toTarget(invocation),
    rules: toRules(parsed),
    force: parsed.counts.has('force'),
    dryRun: parsed.counts.has('dry-run'),
  };
}

function toRules(parsed: ParsedArguments): RemoteRemovalRequest['rules'] {
  const keep = toKeepRules(parsed);
  const olderThan = parsed.values.get('older-than')?.[0];
  if (isWithoutRules(keep) && olderThan === undefined) return null;
  return { keep, olderThan: olderThan === undefined ? null : parseTime(olderThan) };
}

export function toRemoteVerifyRequest(invocation: Typed): RemoteVerifyRequest {
  const { parsed, toPath } = invocation;
  return { target: toTarget(invocation), opening: toOpeningRequest(parsed, toPath) };
}
