// The text format of Prometheus, as the textfile collector of its node_exporter reads it
// (prometheus.io/docs/instrumenting/exposition_formats). Pure.
import type { RepositoryMetrics, RunMetrics } from './run-metrics.js';

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

const PREFIX = 'redis_rewind_';

/** Every metric has the label `repository`. What is not known is left out. */
export function formatMetrics({ repository, run, state }: RunMetrics): string {
  const metrics: Metric[] = [
    gauge('last_run_timestamp_seconds', 'When the last run ended.', run.endedSeconds),
    gauge('last_run_duration_seconds', 'How long the last run took.', run.durationSeconds),
    gauge(
      'last_run_exit_code',
      'The exit code of the last run: 0, or 3 with warnings.',
      run.exitCode,
    ),
    gauge('last_run_warnings', 'What needed a look in the last run.', run.warnings),
    ...(state === null ? [] : ofRepository(state)),
  ];
  return metrics.map((metric) => formatMetric(metric, repository)).join('');
}

function ofRepository(state: RepositoryMetrics): Metric[] {
  const { snapshots, newest, alarms, verification, verifiedSeconds } = state;
  return [
    gauge('snapshots', 'How many snapshots there are.', snapshots),
    gauge(
      'last_success_timestamp_seconds',
      'When the newest snapshot was taken.',
      newest?.timeSeconds,
    ),
    gauge(
      'snapshot_source_bytes',
      'Bytes of the files in the newest snapshot.',
      newest?.sourceBytes,
    ),
    gauge(
      'snapshot_added_bytes',
      'What the newest snapshot added beside the mirror.',
      newest?.addedBytes,
    ),
    {
      name: 'snapshot_keys',
      help: 'Keys of each database in the dump of the newest snapshot.',
      samples: (newest?.databases ?? []).map(({ database, keys }) => ({
        value: keys,
        labels: { database: String(database) },
      })),
    },
    gauge('alarms', 'Alarms that nobody has confirmed.', alarms),
    gauge(
      'last_verification_timestamp_seconds',
      'When the last verification ended.',
      verification?.endedSeconds,
    ),
    gauge(
      'last_verification_problems',
      'What verifications have found since every byte was verified.',
      verification?.problems,
    ),
    gauge('verified_timestamp_seconds', 'When every byte was verified last.', verifiedSeconds),
  ];
}

function gauge(name: string, help: string, value: number | null | undefined): Metric {
  return { name, help, samples: value === null || value === undefined ? [] : [{ value }] };
}

function formatMetric({ name, help, samples }: Metric, repository: string): string {
  if (samples.length === 0) return '';
  const lines = samples.map(({ value, labels = {} }) => {
    const all = Object.entries({ repository, ...labels });
    const shown = all.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(',');
    return `${PREFIX}${name}{${shown}} ${value}\n`;
  });
  return `# HELP ${PREFIX}${name} ${help}\n# TYPE ${PREFIX}${name} gauge\n${lines.join('')}`;
}

function escapeLabel(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}
