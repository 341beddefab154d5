// Times in the words of cron and of systemd.
import test from 'ava';
import { dailyAt, every, fromCron } from '../../../../src/engine/automation/schedule/timing.js';

test('once a day', (t) => {
  t.deepEqual(dailyAt(2, 5), { cron: '5 2 * * *', onCalendar: '*-*-* 02:05:00' });
});

test('distances that fit into an hour or a day', (t) => {
  const crons = new Map([
    [1, '* * * * *'],
    [15, '*/15 * * * *'],
    [60, '0 * * * *'],
    [360, '0 */6 * * *'],
    [1440, '0 0 * * *'],
  ]);
  for (const [minutes, cron] of crons) t.is(every(minutes)?.cron, cron, String(minutes));
  for (const minutes of [0, 7, 61, 90, 300, 2880]) t.is(every(minutes), null, String(minutes));
});

test('fields of a crontab are taken as cron takes them', (t) => {
  for (const text of [
    '* * * * *',
    '0 0 1 1 0',
    '*/5 8-18 * * mon-fri',
    '0,30 2-4/2 1,15 jan,JUL 7',
    '  5  4 * * sun ',
    '@daily',
  ]) {
    t.is(fromCron(text)?.cron, text.trim().split(/\s+/).join(' '), text);
  }
  for (const text of [
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5/2 * * * *',
    '*/0 * * * *',
    '1-2-3 * * * *',
    '* * * * monday',
    '@reboot',
    '* * * * *;x',
    '%',
  ]) {
    t.is(fromCron(text), null, text);
  }
});
