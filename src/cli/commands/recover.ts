// `recover -r TIME REPO` brings a server back to a snapshot, and `recover --undo REPO` takes that back. The plan is shown and
// asked about first. Without a terminal nobody can answer, so --yes is needed.
import type { RecoveryPreview } from '../../engine/recover/recover-report.js';
import type { RecoverRequest } from '../../engine/recover/recover-request.js';
import { EXIT, InterruptedError, UsageError } from '../../errors.js';
import { hideArguments } from '../../system/secrets/hide-arguments.js';
import type { Invocation, ToPath } from '../command.js';
import { refuseArchiveOptions, toReadArchive } from '../options/archive-requests.js';
import type { OptionName } from '../options/option-table.js';
import type { ParsedArguments } from '../options/parse-arguments.js';
import { parseSeconds } from '../options/parse-seconds.js';
import { toTypedCommands } from '../options/recover-commands.js';
import {
  PASSWORD_SHOWN,
  namesServer,
  showsPassword,
  toServerRequest,
} from '../options/server-options.js';
import { exitCodeOf } from '../output/notes.js';
import { formatOutcome } from '../output/recovery-outcome.js';
import { formatPlan } from '../output/recovery-plan.js';

export async function runRecover(invocation: Invocation): Promise<number> {
  const { parsed, context, output } = invocation;
  const shown = new Set<string>();
  const request = {
    ...toRecoverRequest(invocation),
    confirm: confirmWith(invocation, shown),
  };
  if (invocation.ask === null && !request.dryRun && !parsed.counts.has('yes')) throw nobodyThere();
  if (showsPassword(parsed)) hideArguments();
  const { recover } = await import('../../engine/recover/recover.js');
  const report = await recover(request, context);
  const isDeclined = report.outcome === 'planned' && !request.dryRun;
  output.outcome(report, (done) => {
    if (isDeclined) return 'nothing was changed\n';
    if (done.outcome === 'planned') return planOf(done, shown);
    return output.isQuiet ? '' : formatOutcome(done);
  });
  const notes = report.notes.filter(
    ({ severity, message }) => severity === 'look' || !shown.has(message),
  );
  output.notes([...(showsPassword(parsed) ? [PASSWORD_SHOWN] : []), ...notes]);
  return isDeclined ? EXIT.failed : exitCodeOf(report.notes);
}

function nobodyThere(): UsageError {
  return new UsageError('nobody can be asked whether to go on: this is no terminal', {
    hint: 'look at the plan with --dry-run, then run it with --yes',
  });
}

/** @param shown gets the notes in it: a remark is read once */
function planOf(plan: RecoveryPreview, shown: Set<string>): string {
  for (const { message } of plan.notes) shown.add(message);
  return formatPlan(plan);
}

/** Shows the plan, and asks unless --yes is given. */
function confirmWith(
  { parsed, output, ask }: Invocation,
  shown: Set<string>,
): RecoverRequest['confirm'] {
  const isSure = parsed.counts.has('yes');
  const isShown = !parsed.counts.has('json') && (!isSure || !output.isQuiet);
  return async (preview) => {
    if (isShown) output.preview(planOf(preview, shown));
    if (isSure) return true;
    const answer = (await ask?.('go on? [y/N] ').catch(refuseUnchanged)) ?? '';
    return /^y(?:es)?$/i.test(answer.trim());
  };
}

/** Ctrl-C is an answer too. */
function refuseUnchanged(error: unknown): never {
  if (!(error instanceof InterruptedError)) throw error;
  throw new InterruptedError(error.signal, { hint: 'nothing was changed by this run' });
}

const USES = ['rdb', 'aof', 'auto'] as const;

/** @throws UsageError */
export function toRecoverRequest(
  invocation: Pick<Invocation, 'parsed' | 'operands' | 'toPath' | 'environment' | 'pipes'>,
): Omit<RecoverRequest, 'confirm'> {
  const { parsed, operands, toPath, environment } = invocation;
  const { counts } = parsed;
  const value = (name: OptionName): string | null => parsed.values.get(name)?.[0] ?? null;
  const typedUse = value('use') ?? 'auto';
  const use = USES.find((known) => known === typedUse);
  if (use === undefined) {
    throw new UsageError(`--use takes rdb, aof or auto, but '${typedUse}' was given`, {
      typed: typedUse,
    });
  }
  const named = toNamed(parsed, toPath);
  const isByFiles = named.directory !== null || named.configuration !== null;
  const server = toServerRequest(parsed, toPath, environment, isByFiles);
  if (server === null) {
    throw new UsageError('recover is about a server, but no server is named', {
      hint: "name it with '--redis URL', or with -h and -p or -s; one that does not run, with --data-dir DIR or --redis-conf FILE",
    });
  }
  const [repository = null] = operands;
  return {
    repository: repository === null ? null : toPath(repository),
    action: toAction(invocation),
    server,
    named,
    commands: toCommands(value('stop-cmd'), value('start-cmd')),
    use,
    dryRun: counts.has('dry-run'),
    discardPresent: counts.has('discard-present'),
    waitLockMs: parseSeconds('wait-lock', value('wait-lock') ?? '0'),
    folders: {
      uid: process.geteuid?.() ?? 0,
      stateHome: environment['XDG_STATE_HOME'],
      home: environment['HOME'],
    },
    toType: toTypedCommands(parsed, repository),
  };
}

function toNamed(parsed: ParsedArguments, toPath: ToPath): RecoverRequest['named'] {
  const value = (name: OptionName): string | null => parsed.values.get(name)?.[0] ?? null;
  const path = (name: OptionName) => {
    const text = value(name);
    return text === null ? null : toPath(text);
  };
  return {
    isByAddress: namesServer(parsed.counts),
    directory: path('data-dir'),
    configuration: path('redis-conf'),
    owner: value('chown'),
  };
}

function toAction(invocation: Parameters<typeof toRecoverRequest>[0]): RecoverRequest['action'] {
  const { counts, values } = invocation.parsed;
  const isUndo = counts.has('undo');
  const time = values.get('at')?.[0] ?? null;
  if (isUndo && counts.has('from')) {
    throw new UsageError('--undo takes no archive', {
      hint: 'leave out --from: --undo puts back what was there before the recovery',
    });
  }
  if (counts.has('from')) return { kind: 'recover-archive', ...toReadArchive(invocation) };
  refuseArchiveOptions(invocation.parsed);
  if (isUndo && time !== null) {
    throw new UsageError('--undo takes no TIME', {
      hint: 'leave out -r: --undo puts back what was there before the recovery',
    });
  }
  if (isUndo) return { kind: 'undo' };
  if (time !== null) return { kind: 'recover', time };
  throw new UsageError('recover needs the TIME to which the server is brought back', {
    hint: "give it with -r, such as '-r 1B' for the snapshot before the newest; 'redis-rewind list REPO' shows what there is",
  });
}

function toCommands(stop: string | null, start: string | null): RecoverRequest['commands'] {
  if (stop === null && start === null) return null;
  if (stop !== null && start !== null) return { stop, start };
  throw new UsageError('--stop-cmd and --start-cmd must be given together', {
    hint: 'a server that is stopped by one is started by the other',
  });
}
