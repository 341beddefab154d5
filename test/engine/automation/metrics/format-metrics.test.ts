// The text that Prometheus reads.
import test from 'ava';
import { formatMetrics } from '../../../../src/engine/automation/metrics/format-metrics.js';

const RUN = { endedSeconds: 1795312800, durationSeconds: 12.345, exitCode: 3, warnings: 2 };

test('a run of a repository that can be read', (t) => {
  const text = formatMetrics({
    repository: '/srv/backups/redis',
    run: RUN,
    state: {
      snapshots: 7,
      newest: {
        timeSeconds: 1795312790,
        sourceBytes: 1000,
        addedBytes: 10,
        databases: [
          { database: 0, keys: 5 },
          { database: 3, keys: 1 },
        ],
      },
      alarms: 1,
      verification: { endedSeconds: 1795312000, problems: 0 },
      verifiedSeconds: null,
    },
  });
  t.true(text.endsWith('\n'));
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const label = 'repository="/srv/backups/redis"';
  t.deepEqual(samples, [
    `redis_rewind_last_run_timestamp_seconds{${label}} 1795312800`,
    `redis_rewind_last_run_duration_seconds{${label}} 12.345`,
    `redis_rewind_last_run_exit_code{${label}} 3`,
    `redis_rewind_last_run_warnings{${label}} 2`,
    `redis_rewind_snapshots{${label}} 7`,
    `redis_rewind_last_success_timestamp_seconds{${label}} 1795312790`,
    `redis_rewind_snapshot_source_bytes{${label}} 1000`,
    `redis_rewind_snapshot_added_bytes{${label}} 10`,
    `redis_rewind_snapshot_keys{${label},database="0"} 5`,
    `redis_rewind_snapshot_keys{${label},database="3"} 1`,
    `redis_rewind_alarms{${label}} 1`,
    `redis_rewind_last_verification_timestamp_seconds{${label}} 1795312000`,
    `redis_rewind_last_verification_problems{${label}} 0`,
  ]);
  for (const name of new Set(samples.map((line) => line.split('{')[0]))) {
    t.regex(text, new RegExp(`^# HELP ${name} .+\\.\\n# TYPE ${name} gauge\\n${name}\\{`, 'm'));
  }
});

test('a repository that cannot be read has the run alone, and odd paths stay one label', (t) => {
  const text = formatMetrics({ repository: '/a "b" \\ c\nd', run: RUN, state: null });
  const samples = text.split('\n').filter((line) => !line.startsWith('#') && line !== '');
  t.is(samples.length, 4);
  t.is(
    samples[0],
    String.raw`redis_rewind_last_run_timestamp_seconds{repository="/a \"b\" \\ c\nd"} 1795312800`,
  );
});
