// Formats the times of reports (ISO 8601 in UTC) for narrow columns.
import { formatReportTime } from '../../engine/snapshot/local-time.js';

/** `2026-11-22 03:00`, as `ls -l` shows it. */
export function formatLocalMinute(iso: string): string {
  return formatReportTime(iso).slice(0, '2026-11-22 03:00'.length);
}
