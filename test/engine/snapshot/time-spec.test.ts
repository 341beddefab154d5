import { spawnSync } from 'node:child_process';
import test from 'ava';
import * as fc from 'fast-check';
import { formatLocalTime } from '../../../src/engine/snapshot/local-time.js';
import {
  formatTime,
  formatTimeOrNull,
  parseTimeSpec,
  resolveTimeSpec,
  type TimeContext,
  type TimedSnapshot,
} from '../../../src/engine/snapshot/time-spec.js';
import { NotInSnapshotError, UsageError } from '../../../src/errors.js';
import { inZone } from '../../support/program/time-zone.js';

/** Snapshots of these times, numbered from 11. */
function at(...times: readonly number[]): TimedSnapshot[] {
  return times.map((timeSeconds, index) => ({ id: index + 11, timeSeconds }));
}

const CONTEXT: TimeContext = { nowSeconds: 1_000_000, snapshots: at(100, 200, 300, 400), tags: [] };

function resolve(text: string, context = CONTEXT): number {
  return resolveTimeSpec(parseTimeSpec(text), context);
}

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'America/St_Johns',
];

/** rdiff-backup's table, the part that no time zone changes. */
const RESULTS: [string, number][] = [
  ['now', 1_000_000],
  ['0', 0],
  ['00123', 123],
  ['2h3s', 992_797],
  ['1h78m', 991_720],
  ['7D', 395_200],
  ['3W', -814_400],
  ['2M', -4_184_000],
  ['1Y', -30_536_000],
  ['2s2s', 999_996],
  ['0s', 1_000_000],
  ['1M2W4D2h5m20s', 1_000_000 - 2_592_000 - 1_209_600 - 345_600 - 7200 - 300 - 20],
  ['0B', 400],
  ['1B', 300],
  ['3B', 100],
  ['#11', 100],
  ['#014', 400],
  ['2001-09-01T21:49:04Z', 999_380_944],
  ['2001-09-01T21:49Z', 999_380_940],
  ['2001-09-01 21:49 +00:00', 999_380_940],
  ['2001-09-01T04:00:00-08:00', 999_345_600],
  ['2001-09-01T04:00:00-08-00', 999_345_600],
  ['2001-09-01T12:00:00+05:30', 999_325_800],
  ['2001:09-01:21-49T04Z', 999_380_944],
  ['1970-01-01T00:00:00Z', 0],
  ['1969-12-31T23:59:59Z', -1],
  ['2000-02-29T00:00:00Z', 951_782_400],
  ['0050-01-01T00:00:00Z', -60_589_296_000],
];

const REFUSED = [
  'Now',
  'now ',
  '-5',
  '12.5',
  '3q',
  '32d',
  '-2h',
  '2h 3s',
  '',
  ' ',
  '1b',
  'B',
  '-1B',
  '1B2B',
  '2001-09-01T21:49:04z',
  '2001-09-01T21:49:04.5Z',
  '2001-09-01T21:49:04+0530',
  '13/5/2001',
  '2001-18-83T03:03:03Z',
  '2001-02-31',
  '2001-02-31T00:00:00Z',
  '2001-02-29',
  '1900-02-29T00:00:00Z',
  '2001-04-31',
  '2001-00-10',
  '2001-01-00',
  '2001-13-01T00:00:00',
  '2001-01-01T24:00:00Z',
  '2001-01-01T23:60:00Z',
  '2001-01-01T23:59:60Z',
  '2001-01-01T00:00:00+24:00',
  '2001-01-01T00:00:00+01:60',
  '01-05-12',
  '2001.05.12',
  '2001-05',
  '１２',
  '99999999999999999999',
  '99999999999Y',
  'yesterday',
];

test.serial('forms of TIME give the results of the table in every time zone', (t) => {
  for (const zone of ZONES) {
    inZone(zone, () => {
      for (const [text, seconds] of RESULTS) t.is(resolve(text), seconds, `${text} in ${zone}`);
    });
  }
});

test.serial('text that is not a TIME is refused in every time zone, with a hint', (t) => {
  for (const zone of ZONES) {
    inZone(zone, () => {
      for (const text of REFUSED) {
        const error = t.throws(() => parseTimeSpec(text), { instanceOf: UsageError }, text);
        t.true(error?.message.includes(`'${text}'`), error?.message);
        t.regex(
          error?.hint ?? '',
          /^(TIME is one of: 'now'; .*5B; the number of a snapshot such as '#5'; a tag such as tag:before-upgrade|did you mean '.*'\?|'1D' is .*|'now' is .*)$/,
        );
      }
    });
  }
});

test.serial(
  'dates are read year first and month first, at midnight UTC where that is local',
  (t) => {
    inZone('UTC', () => {
      for (const text of ['2001-05-12', '2001/05/12', '5/12/2001', '05-12-2001', '2001-5-12']) {
        t.is(resolve(text), 989_625_600, text);
      }
      for (const text of ['03-05-2002', '2002/3/5', '2002-03-05T00:00:00']) {
        t.is(resolve(text), 1_015_286_400, text);
      }
    });
  },
);

test.serial("a local date has the offset of its own day, not today's", (t) => {
  inZone('Europe/Berlin', () => {
    t.is(resolve('2001-05-12'), 989_618_400);
    t.is(resolve('2001-12-05'), Date.UTC(2001, 11, 4, 23) / 1000);
    t.is(resolve('2001-05-12T12:00:00'), Date.UTC(2001, 4, 12, 10) / 1000);
    t.is(resolve('1970-01-01'), -3600);
  });
  inZone('America/New_York', () => {
    t.is(resolve('2001-09-01T21:49:04'), 999_395_344);
  });
  inZone('Asia/Kolkata', () => {
    t.is(resolve('2001-09-01T12:00:00'), 999_325_800);
  });
});

test.serial('a local time that occurs twice means the later one', (t) => {
  inZone('Europe/Berlin', () => {
    t.is(resolve('2026-10-25T01:59:59'), Date.UTC(2026, 9, 24, 23, 59, 59) / 1000);
    t.is(resolve('2026-10-25T02:00:00'), Date.UTC(2026, 9, 25, 1, 0, 0) / 1000);
    t.is(resolve('2026-10-25T02:59:59'), Date.UTC(2026, 9, 25, 1, 59, 59) / 1000);
    t.is(resolve('2026-10-25T03:00:00'), Date.UTC(2026, 9, 25, 2, 0, 0) / 1000);
  });
  inZone('America/New_York', () => {
    t.is(resolve('2026-11-01T01:30:00'), Date.UTC(2026, 10, 1, 6, 30) / 1000);
  });
  inZone('Australia/Lord_Howe', () => {
    t.is(resolve('2026-04-05T01:45:00'), Date.UTC(2026, 3, 4, 15, 15) / 1000);
    t.is(resolve('2026-04-05T01:15:00'), Date.UTC(2026, 3, 4, 14, 15) / 1000);
  });
  inZone('America/Havana', () => {
    t.is(resolve('2026-11-01'), Date.UTC(2026, 10, 1, 5) / 1000);
  });
});

test.serial('a local time that does not exist is wrong usage and says so', (t) => {
  for (const [zone, text] of [
    ['Europe/Berlin', '2026-03-29T02:00:00'],
    ['Europe/Berlin', '2026-03-29T02:59:59'],
    ['America/New_York', '2026-03-08T02:30:00'],
    ['Australia/Lord_Howe', '2026-10-04T02:15:00'],
    ['America/Sao_Paulo', '2018-11-04T00:30:00'],
    ['Pacific/Apia', '2011-12-30T12:00:00'],
    ['Pacific/Apia', '2011-12-30'],
  ] as const) {
    inZone(zone, () => {
      const error = t.throws(() => parseTimeSpec(text), { instanceOf: UsageError }, text);
      t.true(error?.message.includes(`'${text}' does not exist`), error?.message);
      t.true(error?.message.includes(zone), error?.message);
      t.truthy(error?.hint);
    });
  }
  inZone('Europe/Berlin', () => {
    t.is(resolve('2026-03-29T01:59:59'), Date.UTC(2026, 2, 29, 0, 59, 59) / 1000);
    t.is(resolve('2026-03-29T03:00:00'), Date.UTC(2026, 2, 29, 1, 0, 0) / 1000);
    t.is(resolve('2026-03-29T02:30:00+01:00'), Date.UTC(2026, 2, 29, 1, 30) / 1000);
  });
});

test.serial('a date whose midnight was skipped begins when the clocks were put forward', (t) => {
  inZone('America/Sao_Paulo', () => {
    t.is(resolve('2018-11-04'), Date.UTC(2018, 10, 4, 3) / 1000);
  });
});

test.serial('the time zone is taken from TZ as the process was started', (t) => {
  const program = `
    import { parseTimeSpec } from ${JSON.stringify(import.meta.resolve('../../../src/engine/snapshot/time-spec.js'))};
    console.log(parseTimeSpec('2001-05-12').seconds);`;
  for (const [zone, seconds] of [
    ['Europe/Berlin', 989_618_400],
    ['UTC', 989_625_600],
    ['Asia/Tokyo', 989_593_200],
  ] as const) {
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    });
    t.is(result.stdout.trim(), String(seconds), result.stderr);
  }
});

test('now is the newest snapshot even when the clock is behind it', (t) => {
  t.is(resolve('now', { nowSeconds: 350, snapshots: at(100, 400), tags: [] }), 400);
  t.is(resolve('now', { nowSeconds: 500, snapshots: at(100, 400), tags: [] }), 500);
  t.is(resolve('now', { nowSeconds: 500, snapshots: [], tags: [] }), 500);
  t.is(resolve('0s', { nowSeconds: 350, snapshots: at(100, 400), tags: [] }), 350);
});

test('more snapshots back than there are is an error that names the oldest and their number', (t) => {
  for (const text of ['4B', '9B', '99999999999999999999999B']) {
    const error = t.throws(() => resolve(text), { instanceOf: NotInSnapshotError }, text);
    t.is(error?.exitCode, 13);
    t.true(error?.message.endsWith(`holds 4, the oldest from ${formatLocalTime(100)}`));
    t.is(error?.hint, "use '3B' for the oldest");
  }
  const none = t.throws(() => resolve('0B', { nowSeconds: 1, snapshots: [], tags: [] }), {
    instanceOf: NotInSnapshotError,
  });
  t.is(none?.message, 'the repository holds no snapshot');
});

test('a number that no snapshot has is an error', (t) => {
  for (const text of ['#0', '#10', '#15', '#999999999999999']) {
    const error = t.throws(() => resolve(text), { instanceOf: NotInSnapshotError }, text);
    t.is(error?.message, `the repository holds no snapshot ${Number(text.slice(1))}`);
  }
});

test('what is nearly a TIME is hinted at in one line', (t) => {
  for (const [text, hint] of [
    ['3d', "did you mean '3D'?"],
    ['-3D', "did you mean '3D'?"],
    ['1w2d', "did you mean '1W2D'?"],
    ['2H30m', "did you mean '2h30m'?"],
    ['5b', "did you mean '5B'?"],
    ['latest', "'now' is the newest snapshot"],
    ['yesterday', "'1D' is 24 hours ago; a date such as 2026-11-22 is the beginning of that day"],
  ] as const) {
    t.is(t.throws(() => parseTimeSpec(text), { instanceOf: UsageError }, text)?.hint, hint);
  }
});

test.serial('times are shown in UTC and locally with their offset', (t) => {
  const seconds = Date.UTC(2026, 10, 22, 2) / 1000;
  t.is(formatTime(seconds), '2026-11-22T02:00:00Z');
  t.is(formatTime(-1), '1969-12-31T23:59:59Z');
  for (const [zone, shown] of [
    ['Europe/Berlin', '2026-11-22 03:00:00 +01:00'],
    ['UTC', '2026-11-22 02:00:00 +00:00'],
    ['America/St_Johns', '2026-11-21 22:30:00 -03:30'],
    ['Pacific/Kiritimati', '2026-11-22 16:00:00 +14:00'],
  ] as const) {
    inZone(zone, () => t.is(formatLocalTime(seconds), shown));
  }
});

test.serial('a time that was shown is read as the same moment', (t) => {
  for (const zone of ZONES) {
    inZone(zone, () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => {
          t.is(resolve(formatTime(seconds)), seconds);
          t.is(resolve(formatLocalTime(seconds)), seconds);
        }),
        { numRuns: 100 },
      );
    });
  }
});

test.serial(
  'a local time without its offset is read as one of the moments that show it, the latest',
  (t) => {
    inZone('Europe/Berlin', () => {
      const transition = Date.UTC(2026, 9, 25, 1) / 1000;
      for (let seconds = transition - 7200; seconds < transition + 7200; seconds += 300) {
        const wall = formatLocalTime(seconds).slice(0, 19);
        const read = resolve(wall);
        t.is(formatLocalTime(read).slice(0, 19), wall);
        t.true(
          read === seconds || (read === seconds + 3600 && seconds < transition),
          `read ${read}, not ${seconds}; clocks change at ${transition}`,
        );
      }
    });
  },
);

test('a time that a file says is null where no calendar has it', (t) => {
  t.is(formatTimeOrNull(0), '1970-01-01T00:00:00Z');
  t.is(formatTimeOrNull(-1), '1969-12-31T23:59:59Z');
  t.is(formatTimeOrNull(8_639_999_000_000), '+275760-09-01T10:13:20Z');
  for (const none of [null, undefined, Number.NaN, 0.5, 8.64e12, -8.64e12, 2 ** 53 - 1, 2 ** 53]) {
    t.is(formatTimeOrNull(none), null, String(none));
  }
});
