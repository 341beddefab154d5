// Formats the events of `watch`, as lines with their time and as JSON.
import type { WatchEvent } from '../../engine/watch/watch-events.js';
import { toErrorReport } from './errors.js';
import { formatSize } from '../../system/text/format-size.js';
import { formatCount, formatDuration } from './quantities.js';
import type { Painter } from './styles.js';
import { formatReportTime } from '../../engine/snapshot/local-time.js';
import { visibleLine } from './visible-text.js';

/** Whether the event is shown with -q too. */
export function isTrouble(event: WatchEvent): boolean {
  if (event.event === 'snapshot') return notesOf(event, false).length > 0;
  return event.event === 'failed' || event.event === 'away';
}

/** What --json prints: the event, with its error in the form that every command uses. */
export function toWatchReport(event: WatchEvent, showStack: boolean): object {
  const { time, event: name, ...others } = event;
  const said = 'error' in others ? { error: toErrorReport(others.error, showStack) } : {};
  return { event: name, time, ...others, ...said };
}

/** One line. Below a snapshot follow its warnings, and with `isVerbose` its remarks too. */
export function formatWatchEvent(event: WatchEvent, isVerbose: boolean, paint: Painter): string {
  const time = formatReportTime(event.time);
  const lines = [describe(event, paint)];
  if (event.event === 'snapshot') {
    for (const { severity, message, hint } of notesOf(event, isVerbose)) {
      const word = severity === 'look' ? paint('warning', 'warning:') : 'note:';
      lines.push(`${word} ${withHint(message, hint)}`);
    }
  }
  return lines.map((line) => `${time} ${line}`).join('\n');
}

function describe(event: WatchEvent, paint: Painter): string {
  switch (event.event) {
    case 'watching': {
      const server = event.server === null ? '' : ` of Redis at ${event.server}`;
      return visibleLine(`watching '${event.source}'${server} for '${event.repository}'`);
    }
    case 'save':
      return visibleLine(
        `saved: ${event.saves.join(', ')}; snapshot at ${formatReportTime(event.dueAt)}`,
      );
    case 'snapshot': {
      const { snapshot, elapsedMs, removal } = event.report;
      const added = formatSize(snapshot.addedBytes);
      const removed = removal?.removed ?? 0;
      const thinned = removed === 0 ? '' : `; ${formatCount(removed, 'snapshot')} removed`;
      return visibleLine(
        `snapshot ${snapshot.id}: ${added} added in ${formatDuration(elapsedMs)} (${event.saves.join(', ')})${thinned}`,
      );
    }
    case 'taken':
      return visibleLine(`already in a snapshot of another run: ${event.saves.join(', ')}`);
    case 'failed': {
      const { message, hint } = event.error;
      const waitMs = Date.parse(event.retryAt) - Date.parse(event.time);
      const again = `trying again in ${formatDuration(waitMs)}`;
      return `${paint('error', 'failed:')} ${withHint(message, hint ?? null)}; ${again}`;
    }
    case 'away': {
      const { message, hint } = event.error;
      return `${paint('warning', 'waiting:')} ${withHint(message, hint ?? null)}`;
    }
    case 'back':
      return visibleLine(`back: '${event.source}'`);
    case 'stopping':
      break;
  }
  const what = event.discarded ? '; the snapshot that was being taken is discarded' : '';
  return `stopping (${event.signal})${what}`;
}

function withHint(message: string, hint: string | null): string {
  return visibleLine(hint === null ? message : `${message} (hint: ${hint})`);
}

/** The warnings, and with `isVerbose` the remarks too. */
function notesOf({ report }: Extract<WatchEvent, { event: 'snapshot' }>, isVerbose: boolean) {
  return report.notes.filter(({ severity }) => severity === 'look' || isVerbose);
}
