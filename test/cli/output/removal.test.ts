// What `remove`, `tag` and their like print for people.
import test from 'ava';
import { parseSnapshotId, parseSnapshotRange } from '../../../src/cli/options/snapshot-ids.js';
import { formatRemark } from '../../../src/cli/output/remark.js';
import { formatRemovalPlan } from '../../../src/cli/output/removal.js';
import type { RuleReason } from '../../../src/engine/keep/keep-rules.js';
import type { RemovalReport } from '../../../src/engine/retention/removal-report.js';
import { describeReason } from '../../../src/engine/snapshot/alarm/reason-text.js';
import { UsageError } from '../../../src/errors.js';

process.env['TZ'] = 'UTC';

const inBucket = (period: 'daily' | 'weekly' | 'monthly', name: string): RuleReason => ({
  kind: 'bucket',
  period,
  name,
  place: 1,
  count: 12,
});

const REPORT: RemovalReport = {
  repository: '/srv/backups/redis',
  dryRun: true,
  snapshots: [
    { id: 99, time: '2026-11-21T00:00:00Z', goes: true, reasons: [{ kind: 'no-rule' }] },
    {
      id: 100,
      time: '2026-11-22T00:00:00Z',
      goes: false,
      reasons: [
        { kind: 'newest' },
        { kind: 'pinned' },
        inBucket('daily', '2026-11-22'),
        inBucket('weekly', '2026-W47'),
        inBucket('monthly', '2026-11'),
      ],
    },
  ],
  removed: 1,
  kept: 1,
  freedBytes: 2048,
  elapsedMs: 5,
  notes: [],
};

test('a plan fits 80 columns: reasons that do not fit follow below their snapshot', (t) => {
  const lines = formatRemovalPlan(REPORT).trimEnd().split('\n');
  t.deepEqual(lines, [
    ' id  time                               why',
    ' 99  2026-11-21 00:00:00 +00:00  goes   no rule keeps it',
    '100  2026-11-22 00:00:00 +00:00  stays  the newest; pinned',
    '                                        daily 1 of 12 (2026-11-22)',
    '                                        weekly 1 of 12 (2026-W47)',
    '                                        monthly 1 of 12 (2026-11)',
    '1 snapshot would go, and 1 would stay; at least 2.0 KiB would come back',
  ]);
  t.true(lines.every((line) => line.length <= 80));
});

test('the tag that was given or taken is named', (t) => {
  const said = { repository: '/r', snapshot: 5, tag: 'before-upgrade', changed: true, alarms: [] };
  t.is(formatRemark({ ...said, remark: 'tag' }), "snapshot 5 has the tag 'before-upgrade'\n");
  t.regex(formatRemark({ ...said, remark: 'untag' }), /'before-upgrade' any more/);
});

test('a command that takes one number does not speak of ranges', (t) => {
  const one = t.throws(() => parseSnapshotId('3-5'), { instanceOf: UsageError });
  t.notRegex(one.hint ?? '', /range/);
  const more = t.throws(() => parseSnapshotRange('3,5'), { instanceOf: UsageError });
  t.regex(more.hint ?? '', /range .* --snapshot/);
});

test('one key is not said to be several', (t) => {
  const reason = { kind: 'fewer-keys', path: 'dump.rdb', database: null, type: null } as const;
  t.is(describeReason({ ...reason, before: 2200, now: 1 }), "'dump.rdb' has 1 key, and had 2,200");
});
