// Times of reports (ISO 8601 in UTC) as people read them: local, with the offset that held then.
import { formatLocalTime as formatLocalSeconds } from '../../engine/snapshot/local-time.js';

/** `2026-11-22 03:00:00 +01:00` */
export function formatLocalTime(iso: string): string {
  return formatLocalSeconds(Math.floor(Date.parse(iso) / 1000));
}

/** `2026-11-22 03:00`, as `ls -l` shows it. */
export function formatLocalMinute(iso: string): string {
  return formatLocalTime(iso).slice(0, '2026-11-22 03:00'.length);
}
