// A night that monitors are told of, also where it fails. Trouble with telling never makes a good night a bad one.
import { EXIT, RewindError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { Secret } from '../../system/secrets/secret.js';
import { type Note, infoNote, lookNote } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { type NightReport, type NightRequest, runNight } from './run-night.js';

export interface Reporting {
  /** `--metrics-file`, absolute; null without it. */
  readonly metricsFile: BytePath | null;
  /** `--ping`: an address; null without it. */
  readonly pingUrl: Secret | null;
}

/** @throws as runNight */
export async function runReported(
  request: NightRequest,
  reporting: Reporting,
  context: RunContext,
): Promise<NightReport> {
  if (reporting.metricsFile === null && reporting.pingUrl === null) {
    return runNight(request, context);
  }
  const { repository } = request.backup;
  const told: Told = { ...reporting, repository, startedMs: context.clock.monotonicMs() };
  // The night does not wait for the monitor.
  const starting = tellStart(reporting);
  try {
    const report = await runNight(request, context);
    const warnings = report.notes.filter(({ severity }) => severity === 'look');
    const exitCode = warnings.length === 0 ? EXIT.done : EXIT.needsALook;
    const text = warnings.map(({ message }) => message).join('\n');
    const ending = { exitCode, warnings: warnings.length, text };
    const notes = await tell(told, { ending, starting }, context);
    return { ...report, notes: [...report.notes, ...notes] };
  } catch (error) {
    const exitCode = error instanceof RewindError ? error.exitCode : EXIT.failed;
    const text = error instanceof RewindError ? error.message : 'the run has failed';
    // The error itself is what a person must see.
    await tell(told, { ending: { exitCode, warnings: 0, text }, starting }, context);
    throw error;
  }
}

interface Told extends Reporting {
  readonly repository: BytePath;
  /** By the monotonic clock. */
  readonly startedMs: number;
}

interface Ending {
  readonly exitCode: number;
  readonly warnings: number;
  /** What a person must know; '' where all is well. */
  readonly text: string;
}

interface Course {
  readonly ending: Ending;
  /** Why the monitor was not told of the start; null where it was. */
  readonly starting: Promise<string | null>;
}

async function tell(
  told: Told,
  { ending, starting }: Course,
  context: RunContext,
): Promise<readonly Note[]> {
  const pinged = await Promise.all([starting, tellEnd(told, ending)]);
  const pings = [...new Set(pinged.filter((why) => why !== null))].map((why) =>
    infoNote('not-told', null, `a monitor was not told of this run: ${why}`),
  );
  return [...(await tellMetrics(told, ending, context)), ...pings];
}

async function tellStart({ pingUrl }: Reporting): Promise<string | null> {
  if (pingUrl === null) return null;
  const { ping } = await import('../../system/network/ping.js');
  return ping(pingUrl, '/start', '');
}

/** Warnings need somebody's look too. */
async function tellEnd({ pingUrl }: Told, { exitCode, text }: Ending): Promise<string | null> {
  if (pingUrl === null) return null;
  const { ping } = await import('../../system/network/ping.js');
  return ping(pingUrl, exitCode === EXIT.done ? '' : '/fail', text);
}

async function tellMetrics(
  { metricsFile, repository, startedMs }: Told,
  { exitCode, warnings }: Ending,
  context: RunContext,
): Promise<Note[]> {
  if (metricsFile === null) return [];
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
      exitCode,
      warnings,
    };
    const state = collectMetrics(repository, context);
    const text = formatMetrics({ repository: formatPath(repository), run, state });
    writeMetrics(context, metricsFile, text);
    return [];
  } catch (error) {
    if (!(error instanceof RewindError)) throw error;
    const message = `the monitor was not told of this run: ${error.message}`;
    return [lookNote('not-told', metricsFile, message, error.hint ?? null)];
  }
}
