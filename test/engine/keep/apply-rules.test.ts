import { spawnSync } from 'node:child_process';
import test from 'ava';
import * as fc from 'fast-check';
import { applyRules } from '../../../src/engine/keep/apply-rules.js';
import { bucketName } from '../../../src/engine/keep/calendar-bucket.js';
import {
  type KeepRules,
  NO_RULES,
  PERIODS,
  type Period,
  isWithoutRules,
} from '../../../src/engine/keep/keep-rules.js';
import type { TimedSnapshot } from '../../../src/engine/snapshot/time-spec.js';
import { inZone } from '../../support/program/time-zone.js';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Pacific/Apia',
];

const DAY = 86_400;
const YEAR_2026 = Date.UTC(2026, 0, 1) / 1000;

/** What GNU date calls the buckets, for the naive rules below. */
const DATE_FORMATS: Readonly<Record<Period, string>> = {
  hourly: '%Y-%m-%d %H %z',
  daily: '%Y-%m-%d',
  weekly: '%G-W%V',
  monthly: '%Y-%m',
  yearly: '%Y',
};

function byDate(zone: string, times: readonly number[], format: string): string[] {
  const input = times.map((seconds) => `@${seconds}\n`).join('');
  const { stdout, status } = spawnSync('date', ['-f', '-', `+${format}`], {
    input,
    env: { TZ: zone, LC_ALL: 'C' },
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (status !== 0) throw new Error('date has failed');
  return stdout.trimEnd().split('\n');
}

function numbered(times: readonly number[]): TimedSnapshot[] {
  return times.map((timeSeconds, index) => ({ id: index + 1, timeSeconds }));
}

/** The same rules once more, snapshot by snapshot, by the names of GNU date. */
function naivelyKept(
  snapshots: readonly TimedSnapshot[],
  rules: KeepRules,
  zone: string,
): number[] {
  const times = snapshots.map(({ timeSeconds }) => timeSeconds);
  const names = new Map(
    PERIODS.map((period) => [period, byDate(zone, times, DATE_FORMATS[period])]),
  );
  const newest = times.at(-1) ?? 0;
  const isKept = (index: number): boolean => {
    if (rules.last !== null && snapshots.length - index <= rules.last) return true;
    if (rules.withinSeconds !== null && newest - (times[index] as number) <= rules.withinSeconds)
      return true;
    return PERIODS.some((period) => {
      const count = rules.buckets[period];
      const all = names.get(period) as string[];
      const later = new Set(all.slice(index + 1));
      return count !== undefined && !later.has(all[index] as string) && later.size < count;
    });
  };
  return snapshots.flatMap(({ id }, index) => (isKept(index) ? [id] : []));
}

const COUNT = fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined });

const RULES: fc.Arbitrary<KeepRules> = fc.record({
  last: fc.option(fc.integer({ min: 0, max: 40 })),
  withinSeconds: fc.option(fc.integer({ min: 0, max: 400 * DAY })),
  buckets: fc
    .record({ hourly: COUNT, daily: COUNT, weekly: COUNT, monthly: COUNT, yearly: COUNT })
    .map((counts) =>
      Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined)),
    ),
});

/** Times that rise, with gaps of seconds to months. */
const TIMES = fc
  .array(
    fc.oneof(
      fc.integer({ min: 1, max: 7200 }),
      fc.integer({ min: 1, max: 3 * DAY }),
      fc.integer({ min: 1, max: 90 * DAY }),
    ),
    {
      maxLength: 60,
    },
  )
  .map((gaps) => {
    let time = YEAR_2026;
    return gaps.map((gap) => (time += gap));
  });

test('random rules keep in random histories what naive rules keep by the buckets of GNU date', (t) => {
  for (const zone of ZONES) {
    inZone(zone, () => {
      fc.assert(
        fc.property(TIMES, RULES, (times, rules) => {
          const snapshots = numbered(times);
          const kept = applyRules(snapshots, rules, times.at(-1) ?? 0);
          t.deepEqual(
            [...kept.keys()].toSorted((a, b) => a - b),
            naivelyKept(snapshots, rules, zone),
          );
        }),
        { numRuns: 25 },
      );
    });
  }
});

test('a year of nights is thinned as the naive rules thin it, in each zone', (t) => {
  const rules: KeepRules = {
    last: null,
    withinSeconds: null,
    buckets: { daily: 7, weekly: 5, monthly: 12 },
  };
  for (const zone of ZONES) {
    inZone(zone, () => {
      // 02:30 of the zone's standard time: in the hour that clocks leave out, and have twice, in much of the world.
      const snapshots = numbered(
        Array.from({ length: 365 }, (_, night) => YEAR_2026 + night * DAY + 9000),
      );
      const kept = applyRules(snapshots, rules, snapshots.at(-1)?.timeSeconds ?? 0);
      t.deepEqual(
        [...kept.keys()].toSorted((a, b) => a - b),
        naivelyKept(snapshots, rules, zone),
      );
      t.true(kept.size >= 20 && kept.size <= 24);
    });
  }
});

test('two moments share a bucket where GNU date gives them the same name', (t) => {
  const times = Array.from({ length: 4000 }, (_, index) => YEAR_2026 - 800 * DAY + index * 30_011);
  for (const zone of ZONES) {
    inZone(zone, () => {
      for (const period of PERIODS) {
        const names = times.map((seconds) => bucketName(period, seconds));
        const wanted = byDate(zone, times, DATE_FORMATS[period]);
        if (period !== 'hourly') t.deepEqual(names, wanted);
        const pairs = new Map(names.map((name, index) => [name, wanted[index]]));
        t.is(pairs.size, new Set(wanted).size);
        t.deepEqual(
          names.map((name) => pairs.get(name)),
          wanted,
        );
      }
    });
  }
});

test('an hour that occurs twice is two buckets, and their names say which is which', (t) => {
  inZone('Europe/Berlin', () => {
    const first = Date.UTC(2026, 9, 25, 0, 30) / 1000;
    t.is(bucketName('hourly', first), '2026-10-25 02h (UTC+2)');
    t.is(bucketName('hourly', first + 3600), '2026-10-25 02h (UTC+1)');
    t.is(bucketName('daily', first), bucketName('daily', first + 3600));
  });
  inZone('Asia/Kolkata', () => t.is(bucketName('hourly', YEAR_2026), '2026-01-01 05h (UTC+5.5)'));
});

test('each reason says which place the snapshot has, and a snapshot may have several', (t) => {
  inZone('UTC', () => {
    const snapshots = numbered([YEAR_2026, YEAR_2026 + 60, YEAR_2026 + DAY, YEAR_2026 + 2 * DAY]);
    const rules: KeepRules = { last: 1, buckets: { daily: 3 }, withinSeconds: DAY };
    t.deepEqual(
      applyRules(snapshots, rules, YEAR_2026 + 2 * DAY),
      new Map([
        [
          4,
          [
            { kind: 'last', place: 1, count: 1 },
            { kind: 'bucket', period: 'daily', name: '2026-01-03', place: 1, count: 3 },
            { kind: 'within', seconds: DAY },
          ],
        ],
        [
          3,
          [
            { kind: 'bucket', period: 'daily', name: '2026-01-02', place: 2, count: 3 },
            { kind: 'within', seconds: DAY },
          ],
        ],
        [2, [{ kind: 'bucket', period: 'daily', name: '2026-01-01', place: 3, count: 3 }]],
      ]),
    );
  });
});

test('without rules nothing is kept, and a rule of 0 is a rule', (t) => {
  t.true(isWithoutRules(NO_RULES));
  t.false(isWithoutRules({ ...NO_RULES, buckets: { daily: 0 } }));
  t.false(isWithoutRules({ ...NO_RULES, last: 0 }));
  t.is(applyRules(numbered([1, 2, 3]), NO_RULES, 3).size, 0);
});
