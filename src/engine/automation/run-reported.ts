// A night that a monitor is told of, also where it fails. Trouble with telling never makes a good night a bad one.
import { EXIT, RewindError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { type Note, lookNote } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { type NightReport, type NightRequest, runNight } from './run-night.js';

export interface Reporting {
  /** `--metrics-file`, absolute; null without it. */
  readonly metricsFile: BytePath | null;
}

/** @throws as runNight */
export async function runReported(
  request: NightRequest,
  { metricsFile }: Reporting,
  context: RunContext,
): Promise<NightReport> {
  if (metricsFile === null) return runNight(request, context);
  const startedMs = context.clock.monotonicMs();
  const tell = async (exitCode: number, warnings: number): Promise<Note[]> =>
    tellMetrics(
      { metricsFile, repository: request.backup.repository, startedMs },
      { exitCode, warnings },
      context,
    );
  try {
    const report = await runNight(request, context);
    const warnings = report.notes.filter(({ severity }) => severity === 'look').length;
    const notes = await tell(warnings === 0 ? EXIT.done : EXIT.needsALook, warnings);
    return { ...report, notes: [...report.notes, ...notes] };
  } catch (error) {
    // The error itself is what a person must see.
    await tell(error instanceof RewindError ? error.exitCode : EXIT.failed, 0);
    throw error;
  }
}

interface Told {
  readonly metricsFile: BytePath;
  readonly repository: BytePath;
  /** By the monotonic clock. */
  readonly startedMs: number;
}

async function tellMetrics(
  { metricsFile, repository, startedMs }: Told,
  outcome: { readonly exitCode: number; readonly warnings: number },
  context: RunContext,
): Promise<Note[]> {
  const { clock } = context;
  const [{ collectMetrics }, { formatMetrics }, { writeMetrics }] = await Promise.all([
    import('./metrics/collect-metrics.js'),
    import('./metrics/format-metrics.js'),
    import('./metrics/write-metrics.js'),
  ]);
  try {
    const run = {
      endedSeconds: Math.floor(clock.nowMs() / 1000),
      durationSeconds: Math.round(clock.monotonicMs() - startedMs) / 1000,
      ...outcome,
    };
    const state = collectMetrics(repository, context);
    const text = formatMetrics({ repository: formatPath(repository), run, state });
    writeMetrics(context, metricsFile, text);
    return [];
  } catch (error) {
    if (!(error instanceof RewindError)) throw error;
    const message = `the snapshot is safe, and the monitor was not told: ${error.message}`;
    return [lookNote('not-told', metricsFile, message, error.hint ?? null)];
  }
}
