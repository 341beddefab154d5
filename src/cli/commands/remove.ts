// `remove REPO` lets snapshots go. It ends with exit 3 if an alarm kept what would have gone, or damage did.
import type { RemovalRequest, RequestedSelection } from '../../engine/retention/removal-request.js';
import { isWithoutRules } from '../../engine/keep/keep-rules.js';
import { parseTime } from '../../engine/snapshot/time-spec.js';
import { UsageError } from '../../errors.js';
import type { Invocation, ToPath } from '../command.js';
import { parseAlarm, toKeepRules } from '../options/keep-options.js';
import type { ParsedArguments } from '../options/parse-arguments.js';
import { parseSeconds } from '../options/parse-seconds.js';
import { parseSnapshotRange } from '../options/snapshot-ids.js';
import { exitCodeOf } from '../output/notes.js';
import { formatRemoval, formatRemovalPlan } from '../output/removal.js';

export async function runRemove(invocation: Invocation): Promise<number> {
  const { parsed, operands, toPath, context, output } = invocation;
  const request = toRemovalRequest(parsed, operands, toPath);
  const { remove } = await import('../../engine/retention/remove.js');
  const report = await remove(request, context);
  if (request.dryRun) output.result(report, formatRemovalPlan);
  else output.outcome(report, (done) => (output.isQuiet ? '' : formatRemoval(done)));
  output.notes(report.notes);
  return exitCodeOf(report.notes);
}

/** @throws UsageError where no rule is given, or rules and named snapshots are */
export function toRemovalRequest(
  parsed: ParsedArguments,
  operands: readonly string[],
  toPath: ToPath,
): RemovalRequest {
  return {
    repository: toPath(operands[0] ?? ''),
    selection: toSelection(parsed),
    force: parsed.counts.has('force'),
    dryRun: parsed.counts.has('dry-run'),
    alarmPercent: parseAlarm(parsed.values.get('alarm')?.[0]),
    waitLockMs: parseSeconds('wait-lock', parsed.values.get('wait-lock')?.[0] ?? '0'),
  };
}

function toSelection(parsed: ParsedArguments): RequestedSelection {
  const rules = toKeepRules(parsed);
  const olderThan = parsed.values.get('older-than')?.[0];
  const named = parsed.values.get('snapshot') ?? [];
  const hasRules = !isWithoutRules(rules) || olderThan !== undefined;
  if (named.length > 0 && hasRules) {
    throw new UsageError('--snapshot does not go with rules', {
      hint: 'name the snapshots to be removed, or say by rules which ones stay',
    });
  }
  if (named.length > 0) return { kind: 'named', ranges: named.map(parseSnapshotRange) };
  if (!hasRules) {
    throw new UsageError('remove needs a rule', {
      hint: "such as '--keep-daily 7 --keep-weekly 5 --keep-monthly 12', '--older-than 1Y' or '--snapshot 3'; see the plan with --dry-run",
    });
  }
  return {
    kind: 'rules',
    rules,
    olderThan: olderThan === undefined ? null : parseTime(olderThan),
  };
}
