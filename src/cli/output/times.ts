// Formats the times of reports (ISO 8601 in UTC) for people: local time, with the offset of that moment.
import { formatLocalTime } from '../../engine/snapshot/local-time.js';

/** `2026-11-22 03:00:00 +01:00` */
export function formatReportTime(iso: string): string {
  return formatLocalTime(Math.floor(Date.parse(iso) / 1000));
}

/** `2026-11-22 03:00`, as `ls -l` shows it. */
export function formatLocalMinute(iso: string): string {
  return formatReportTime(iso).slice(0, '2026-11-22 03:00'.length);
}
