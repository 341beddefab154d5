// `watch [SOURCE] REPO` prints a line for each event, until a signal ends it. This is its normal end: exit 0.
import type { WatchRequest } from '../../engine/watch/watch-request.js';
import type { NightRequest } from '../../engine/automation/run-night.js';
import { EXIT, UsageError } from '../../errors.js';
import { hideArguments } from '../../system/secrets/hide-arguments.js';
import type { Invocation, ToPath } from '../command.js';
import { toThenExport } from '../options/archive-requests.js';
import type { ParsedArguments } from '../options/parse-arguments.js';
import { parseDuration } from '../options/parse-duration.js';
import { PASSWORD_SHOWN, showsPassword, showsSecret } from '../options/server-options.js';
import { formatWatchEvent, isTrouble, toWatchReport } from '../output/watch-events.js';
import { asNamedHost, toBackupRequest, toNightRules } from './backup.js';
import { toReporting } from '../options/reporting-options.js';

const DEFAULT_DEBOUNCE_MS = 2000;

export async function runWatch(invocation: Invocation): Promise<number> {
  const { parsed, operands, toPath, context, environment, output } = invocation;
  const request = toWatchRequest(parsed, operands, toPath, environment);
  if (showsSecret(parsed)) hideArguments();
  if (showsPassword(parsed)) output.notes([PASSWORD_SHOWN]);
  const { watch } = await import('../../engine/watch/watch.js');
  const { runReported } = await import('../../engine/automation/run-reported.js');
  const keep = toNightRules(parsed);
  const thenExport = toThenExport(invocation);
  const reporting = toReporting(parsed, toPath, context.fileSystem);
  // What makes no sense shows at once, and not with the first save.
  if (thenExport !== null) await requireSense(thenExport, context);
  const takeSnapshot: WatchRequest['takeSnapshot'] = (backup, run) =>
    runReported({ backup, keep, thenExport, thenVerifyMs: null }, reporting, run);
  await watch({ ...request, takeSnapshot }, asNamedHost(parsed, context), (event) =>
    output.event(
      toWatchReport(event, output.showsStacks),
      (paint) => formatWatchEvent(event, output.isVerbose, paint),
      isTrouble(event),
    ),
  );
  return EXIT.done;
}

async function requireSense(
  thenExport: NonNullable<NightRequest['thenExport']>,
  context: Invocation['context'],
): Promise<void> {
  const { prepareExport } = await import('../../engine/export/export-missing.js');
  try {
    prepareExport(thenExport, context);
  } catch (error) {
    // A file of keys that cannot be read now may be there later.
    if (error instanceof UsageError) throw error;
  }
}

/** @throws UsageError for a path, a number or a duration that makes no sense. */
export function toWatchRequest(
  parsed: ParsedArguments,
  operands: readonly string[],
  toPath: ToPath,
  environment: Invocation['environment'],
): Omit<WatchRequest, 'takeSnapshot'> {
  const backup = toBackupRequest(parsed, operands, toPath, environment);
  const duration = (name: 'debounce' | 'min-interval', otherwiseMs: number): number => {
    const text = parsed.values.get(name)?.[0];
    return text === undefined ? otherwiseMs : parseDuration(name, text);
  };
  return {
    backup: {
      ...backup,
      // If the disk of the repository is away, no new repository is made in its place.
      create: false,
      // The server is never asked to save: watch waits for its own saves.
      serverRequest:
        backup.serverRequest === null ? null : { ...backup.serverRequest, save: 'none' },
    },
    pace: {
      debounceMs: duration('debounce', DEFAULT_DEBOUNCE_MS),
      minIntervalMs: duration('min-interval', 0),
    },
  };
}
