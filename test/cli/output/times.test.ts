// Times are shown in local time, with the offset of that moment.
import test from 'ava';
import { formatLocalMinute } from '../../../src/cli/output/times.js';
import { formatReportTime } from '../../../src/engine/snapshot/local-time.js';

const TIMES: [zone: string, iso: string, shown: string][] = [
  ['UTC', '2026-11-22T02:00:00Z', '2026-11-22 02:00:00 +00:00'],
  ['Europe/Berlin', '2026-11-22T02:00:00Z', '2026-11-22 03:00:00 +01:00'],
  ['Europe/Berlin', '2026-07-22T02:00:00Z', '2026-07-22 04:00:00 +02:00'],
  ['America/St_Johns', '2026-11-22T02:00:00Z', '2026-11-21 22:30:00 -03:30'],
  ['Asia/Kolkata', '2026-11-22T02:00:05Z', '2026-11-22 07:30:05 +05:30'],
];

for (const [zone, iso, shown] of TIMES) {
  test.serial(`${iso} is ${shown} in ${zone}`, (t) => {
    process.env['TZ'] = zone;
    t.is(formatReportTime(iso), shown);
    t.is(formatLocalMinute(iso), shown.slice(0, 16));
  });
}
