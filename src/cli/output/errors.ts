// Shows a failure as `redis-rewind: message` and `hint: …`, or as one JSON object. An error that is not a
// RewindError is a broken invariant and shows its stack, unless it is a failed call of the operating system.
import { EXIT, RewindError } from '../../errors.js';
import { pathFromText } from '../../system/files/byte-path.js';
import { toSystemError } from '../../system/files/errno.js';
import type { Painter } from './styles.js';
import { visibleLine, visibleText } from './visible-text.js';

/** What `--json` prints on stderr. */
export interface ErrorReport {
  readonly code: string;
  readonly exitCode: number;
  readonly message: string;
  readonly hint: string | null;
  /** Only for a broken invariant, or with -vv. */
  readonly stack?: string;
}

const REPORT_IT = 'this is a defect of redis-rewind; please report it with the lines above';

export function toErrorReport(failure: unknown, showStack: boolean): ErrorReport {
  const error = nameFailedCall(failure);
  const isExpected = error instanceof RewindError;
  const { message } = toError(error);
  const report = isExpected
    ? { code: error.code, exitCode: error.exitCode, message, hint: error.hint ?? null }
    : { code: 'INTERNAL', exitCode: EXIT.failed, message, hint: REPORT_IT };
  return isExpected && !showStack ? report : { ...report, stack: stackOf(error) };
}

/** Node.js makes calls of its own, such as those that load a part of the program. They may fail too. */
function nameFailedCall(error: unknown): unknown {
  const { syscall, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof syscall !== 'string' || typeof path !== 'string') return error;
  return toSystemError(syscall, pathFromText(path), error);
}

/** The report as lines for people. Each ends with a newline. */
export function formatError(report: ErrorReport, paint: Painter): string {
  const lines = [`${paint('error', 'redis-rewind:')} ${visibleLine(report.message)}`];
  if (report.stack !== undefined) lines.push(visibleText(report.stack));
  if (report.hint !== null) lines.push(`hint: ${visibleLine(report.hint)}`);
  return `${lines.join('\n')}\n`;
}

/** The stack of the error and those of its causes, outermost first. */
function stackOf(error: unknown): string {
  const stacks: string[] = [];
  const seen = new Set<unknown>();
  for (let current = error; current !== undefined && !seen.has(current);) {
    seen.add(current);
    const { stack, message, cause } = toError(current);
    stacks.push(stack ?? message);
    current = cause;
  }
  return stacks.join('\ncaused by: ');
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(`thrown: ${String(error)}`);
}
