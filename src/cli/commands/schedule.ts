// `schedule` prints the line of a crontab, or the units of systemd, that run a backup again and again, and puts them in place.
import type { ScheduleRequest } from '../../engine/automation/schedule/schedule-report.js';
import { UsageError } from '../../errors.js';
import { programWords } from '../../system/installation/program-words.js';
import type { Invocation } from '../command.js';
import { toThenExport } from '../options/archive-requests.js';
import type { OptionName } from '../options/option-table.js';
import { toTiming } from '../options/parse-timing.js';
import { scheduledWords } from '../options/scheduled-words.js';
import { exitCodeOf } from '../output/notes.js';
import { formatSchedules } from '../output/schedules.js';
import { toBackupRequest, toNightRules, toThenVerify } from './backup.js';

export async function runSchedule(invocation: Invocation): Promise<number> {
  const { context, output } = invocation;
  const request = toScheduleRequest(invocation);
  const { schedule } = await import('../../engine/automation/schedule/schedule.js');
  const report = schedule(request, context);
  output.result(report, formatSchedules);
  output.notes(report.notes);
  return exitCodeOf(report.notes);
}

const ACTIONS = ['install', 'remove', 'list'] as const satisfies readonly OptionName[];

/** @throws UsageError */
export function toScheduleRequest(
  invocation: Pick<Invocation, 'argv' | 'parsed' | 'operands' | 'toPath' | 'environment'>,
): ScheduleRequest {
  const { argv, parsed, operands, toPath, environment } = invocation;
  const { counts, values } = parsed;
  const given = ACTIONS.filter((name) => counts.has(name));
  const [action = 'print', other] = given;
  if (other !== undefined) {
    throw new UsageError(`'--${action}' and '--${other}' do not go together`);
  }
  if (action === 'list') return { kind: 'list' };
  const keeper = counts.has('systemd') ? 'systemd' : 'crontab';
  if (action === 'remove') {
    return { kind: action, keeper, repository: toPath(operands.at(-1) ?? '') };
  }
  // What makes no sense is told now, and not at night.
  const backup = toBackupRequest(parsed, operands, toPath, environment);
  toThenExport(invocation);
  toNightRules(parsed);
  toThenVerify(parsed);
  const file = values.get('env-file')?.[0];
  const exportsTo = values.get('then-export')?.[0] ?? '';
  return {
    kind: action,
    keeper,
    timing: toTiming(parsed),
    run: {
      words: [...programWords(), ...scheduledWords(argv, toPath)],
      environmentFile: file === undefined ? null : toPath(file),
      needsCredentials: /^(?:swift|s3):/.test(exportsTo),
      repository: backup.repository,
      source: backup.namedSource,
    },
  };
}
