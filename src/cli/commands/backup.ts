// `backup [SOURCE] REPO` takes one snapshot. A success prints nothing, unless stderr is a terminal or -v or
// --json is given.
import type { BackupRequest } from '../../engine/backup/backup-request.js';
import { type KeepRules, isWithoutRules } from '../../engine/keep/keep-rules.js';
import type { RunContext } from '../../engine/run/run-context.js';
import { UsageError } from '../../errors.js';
import { hideArguments } from '../../system/secrets/hide-arguments.js';
import type { Invocation, ToPath } from '../command.js';
import { toThenExport } from '../options/archive-requests.js';
import type { ParsedArguments } from '../options/parse-arguments.js';
import { parseAlarm, parseTagName, toKeepRules } from '../options/keep-options.js';
import { parseDuration } from '../options/parse-duration.js';
import { toReporting } from '../options/reporting-options.js';
import { parseSeconds } from '../options/parse-seconds.js';
import { parseSize } from '../options/parse-size.js';
import {
  PASSWORD_SHOWN,
  showsPassword,
  showsSecret,
  toServerRequest,
} from '../options/server-options.js';
import { exitCodeOf } from '../output/notes.js';
import { formatBackupStatistics } from '../output/statistics.js';

export async function runBackup(invocation: Invocation): Promise<number> {
  const { parsed, operands, toPath, context, environment, output } = invocation;
  const request = toBackupRequest(parsed, operands, toPath, environment);
  if (showsSecret(parsed)) hideArguments();
  const { runReported } = await import('../../engine/automation/run-reported.js');
  const night = {
    backup: request,
    keep: toNightRules(parsed),
    thenExport: toThenExport(invocation),
    thenVerifyMs: toThenVerify(parsed),
  };
  const reporting = toReporting(parsed, toPath, context.fileSystem);
  const report = await runReported(night, reporting, asNamedHost(parsed, context));
  output.account(report, formatBackupStatistics);
  output.notes([...(showsPassword(parsed) ? [PASSWORD_SHOWN] : []), ...report.notes]);
  return exitCodeOf(report.notes);
}

/** @throws UsageError for a path or a number that makes no sense. */
export function toBackupRequest(
  parsed: ParsedArguments,
  operands: readonly string[],
  toPath: ToPath,
  environment: Invocation['environment'],
): BackupRequest {
  const source = operands.length > 1 ? operands[0] : undefined;
  return {
    namedSource: source === undefined ? null : toPath(source),
    serverRequest: toServerRequest(parsed, toPath, environment),
    repository: toPath(operands.at(-1) ?? ''),
    create: true,
    also: (parsed.values.get('also') ?? []).map(toPath),
    rules: parsed.rules,
    allowMoved: parsed.counts.has('allow-moved'),
    allowEmpty: parsed.counts.has('allow-empty'),
    force: parsed.counts.has('force'),
    rehash: parsed.counts.has('rehash'),
    hardLinksOfOthers: parsed.counts.has('hard-links-of-others'),
    examine: !parsed.counts.has('no-examine'),
    isBeforeRecovery: false,
    alarmPercent: parseAlarm(parsed.values.get('alarm')?.[0]),
    tags: (parsed.values.get('tag') ?? []).map(parseTagName),
    memoryBytes: parseMemory(parsed.values.get('memory')?.[0]),
    waitLockMs: parseSeconds('wait-lock', parsed.values.get('wait-lock')?.[0] ?? '0'),
  };
}

export function toThenVerify({ values }: ParsedArguments): number | null {
  const text = values.get('then-verify')?.[0];
  return text === undefined ? null : parseDuration('then-verify', text);
}

/** Null where no rule is given. @throws UsageError */
export function toNightRules(parsed: ParsedArguments): KeepRules | null {
  const rules = toKeepRules(parsed);
  return isWithoutRules(rules) ? null : rules;
}

/** The context with the name of --as-host, if it is given. @throws UsageError for an impossible name */
export function asNamedHost(parsed: ParsedArguments, context: RunContext): RunContext {
  const hostName = parsed.values.get('as-host')?.[0];
  if (hostName === undefined) return context;
  if (/^[\x21-\x7e]{1,255}$/.test(hostName)) return { ...context, hostName };
  throw new UsageError(`'${hostName}' cannot be the name of a host`, {
    hint: 'a name has 1 to 255 characters of ASCII, without spaces',
  });
}

function parseMemory(text: string | undefined): number | null {
  return text === undefined ? null : parseSize('memory', text, '1M', '1536M');
}
