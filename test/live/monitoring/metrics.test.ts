// What Prometheus makes of our metrics, our alert rules and our dashboard: a real node_exporter, and promtool.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { runCli, succeedCli } from '../../support/program/cli.js';
import { projectRoot } from '../../support/program/project-paths.js';
import { writeRdb } from '../../support/redis/data/rdb-writer.js';
import { freePort } from '../../support/redis/servers/redis-server.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const MONITORING = path.join(projectRoot, 'docs', 'monitoring');

async function scrape(address: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (await fetch(address)).text();
    } catch (error) {
      if (attempt === 100) throw error;
      await pause(100);
    }
  }
}

test('a real node_exporter reads the metrics of a good run and of one that has failed', async (t) => {
  const sandbox = await createSandbox(t);
  const folder = sandbox.at('collected');
  mkdirSync(folder);
  const keys = ['a', 'b'].map((key) => ({
    database: 3,
    key,
    value: { type: 'string', text: 'x' } as const,
  }));
  await sandbox.write('dump.rdb', writeRdb(keys));
  const { source, repository } = sandbox;
  const args = ['backup', '--metrics-file', path.join(folder, 'redis.prom'), source, repository];
  await succeedCli(args);
  const port = await freePort();
  const exporter = spawn(
    'prometheus-node-exporter',
    [
      `--web.listen-address=127.0.0.1:${port}`,
      '--collector.disable-defaults',
      '--collector.textfile',
      `--collector.textfile.directory=${folder}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(exporter, 'close');
  t.teardown(async () => {
    exporter.kill('SIGTERM');
    await ended;
  });
  const address = `http://127.0.0.1:${port}/metrics`;
  const good = await scrape(address);
  t.regex(good, /^node_textfile_scrape_error 0$/m);
  t.regex(good, /^redis_rewind_last_run_exit_code\{repository="\/\S+"\} 0$/m);
  t.regex(good, /^redis_rewind_snapshot_keys\{database="3",repository="\/\S+"\} 2$/m);
  await sandbox.remove('');
  t.is((await runCli(args)).code, 2);
  const bad = await scrape(address);
  t.regex(bad, /^node_textfile_scrape_error 0$/m);
  t.regex(bad, /^redis_rewind_last_run_exit_code\{repository="\/\S+"\} 2$/m);
  t.regex(bad, /^redis_rewind_snapshots\{repository="\/\S+"\} 1$/m);
  const file = readFileSync(path.join(folder, 'redis.prom'));
  t.notThrows(() => execFileSync('promtool', ['check', 'metrics'], { input: file }));
});

test('promtool accepts the alert rules, and each is raised when it should be', (t) => {
  const run = (...args: readonly string[]) =>
    execFileSync('promtool', args, { cwd: MONITORING, encoding: 'utf8' });
  t.regex(run('check', 'rules', 'alerts.yml'), /SUCCESS: 7 rules found/);
  t.regex(run('test', 'rules', 'alerts.test.yml'), /SUCCESS/);
});

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

test('the rules and the dashboard ask for metrics that exist, in words that Prometheus knows', async (t) => {
  const sandbox = await createSandbox(t);
  const dashboard = JSON.parse(
    readFileSync(path.join(MONITORING, 'dashboard.json'), 'utf8'),
  ) as Dashboard;
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  t.true(queries.length >= 10);
  const rules = {
    groups: [{ name: 'x', rules: queries.map((expr, at) => ({ record: `q${at}`, expr })) }],
  };
  const file = sandbox.at('rules.yml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(rules));
  t.notThrows(() => execFileSync('promtool', ['check', 'rules', file]));
  const asked = `${queries.join(' ')} ${readFileSync(path.join(MONITORING, 'alerts.yml'), 'utf8')}`;
  const made = readFileSync(
    path.join(projectRoot, 'src/engine/automation/metrics/format-metrics.ts'),
    'utf8',
  );
  const names = new Set([...asked.matchAll(/redis_rewind_(\w+)/g)].map(([, name = '']) => name));
  t.true(names.size > 8);
  for (const name of names) t.true(made.includes(`'${name}'`), name);
  const described = readFileSync(path.join(projectRoot, 'docs/cli.md'), 'utf8');
  for (const name of names) t.true(described.includes(`redis_rewind_${name}`), name);
});
