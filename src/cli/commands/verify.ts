// `verify [-r TIME] REPO` compares what is stored with the catalog. It ends with exit 20 if anything
// differs. With --repair it ends with exit 20 if anything still differs afterwards.
import type { RepairRequest } from '../../engine/repair/repair-request.js';
import type { VerifyMode, VerifyRequest } from '../../engine/verify/verify-request.js';
import { EXIT, UsageError } from '../../errors.js';
import type { Invocation, ToPath } from '../command.js';
import type { OptionName } from '../options/option-table.js';
import type { ParsedArguments } from '../options/parse-arguments.js';
import { parseDuration } from '../options/parse-duration.js';
import { parseSeconds } from '../options/parse-seconds.js';
import { exitCodeOf } from '../output/notes.js';
import { formatRepair, formatVerification } from '../output/verification.js';

export async function runVerify(invocation: Invocation): Promise<number> {
  const { parsed, operands, toPath, context, output } = invocation;
  if (parsed.counts.has('repair')) {
    const request = toRepairRequest(parsed, operands, toPath);
    const { repair } = await import('../../engine/repair/repair.js');
    const report = await repair(request, context);
    output.outcome(report, (done) => formatRepair(done, output.isQuiet));
    output.notes(report.notes);
    return report.problems.length > 0 ? EXIT.corrupt : exitCodeOf(report.notes);
  }
  const request = toVerifyRequest(parsed, operands, toPath);
  const { verify } = await import('../../engine/verify/verify.js');
  const report = await verify(request, context);
  output.outcome(report, (verification) => formatVerification(verification, output.isQuiet));
  output.notes(report.notes);
  return report.problems.length > 0 ? EXIT.corrupt : exitCodeOf(report.notes);
}

/** @throws UsageError for values that make no sense, and options that do not go together */
export function toVerifyRequest(
  parsed: ParsedArguments,
  operands: readonly string[],
  toPath: ToPath,
): VerifyRequest {
  for (const name of ['source', 'wait-lock'] as const) {
    if (parsed.counts.has(name)) throw new UsageError(`with verify, '--${name}' needs '--repair'`);
  }
  const deep = parsed.counts.has('deep');
  if (deep && parsed.counts.has('quick')) {
    throw new UsageError("'--quick' and '--deep' do not go together", {
      hint: '--quick reads no file, and --deep looks into files',
    });
  }
  return {
    repository: toPath(operands[0] ?? ''),
    time: parsed.values.get('at')?.[0] ?? null,
    mode: toMode(parsed),
    deep,
  };
}

/** Errors as in toVerifyRequest. */
export function toRepairRequest(
  parsed: ParsedArguments,
  operands: readonly string[],
  toPath: ToPath,
): RepairRequest {
  for (const name of ['at', 'quick', 'sample', 'max-duration', 'deep'] as const) {
    if (!parsed.counts.has(name)) continue;
    throw new UsageError(`'--repair' and '--${name}' do not go together`, {
      hint: '--repair checks everything, and verifies every byte at the end',
    });
  }
  const source = parsed.values.get('source')?.[0];
  return {
    repository: toPath(operands[0] ?? ''),
    source: source === undefined ? null : toPath(source),
    waitLockMs: parseSeconds('wait-lock', parsed.values.get('wait-lock')?.[0] ?? '0'),
  };
}

const MODE_OPTIONS: readonly OptionName[] = ['quick', 'sample', 'max-duration'];

function toMode(parsed: ParsedArguments): VerifyMode {
  const [first, second] = MODE_OPTIONS.filter((name) => parsed.counts.has(name));
  if (second !== undefined)
    throw new UsageError(`'--${first}' and '--${second}' do not go together`);
  const value = first === undefined ? undefined : parsed.values.get(first)?.[0];
  switch (first) {
    case 'quick':
      return { kind: 'quick' };
    case 'sample':
      return { kind: 'sample', percent: parsePercent(value ?? '') };
    case 'max-duration':
      return { kind: 'timed', maxDurationMs: parseDuration('max-duration', value ?? '') };
    default:
      return { kind: 'full' };
  }
}

function parsePercent(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)%?$/.exec(text);
  const percent = match === null ? Number.NaN : Number(match[1]);
  if (percent > 0 && percent <= 100) return percent;
  throw new UsageError(`'--sample' takes a percentage such as 10%, but '${text}' was given`);
}
