// The benchmark from end to end on data so small that its numbers say nothing: that it makes them, that
// every program runs, that restores are compared, and that nothing is left behind.
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import test from 'ava';

import type { BenchReport } from '../bench/report/report.js';
import { projectRoot } from '../support/program/project-paths.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';

const run = promisify(execFile);
const benchScript = path.join(projectRoot, 'dist/test/bench/bench.js');

test('the benchmark measures every program on data of a real server and leaves only the data', async (t) => {
  const base = await temporaryDirectory(t);
  const work = path.join(base, 'work');
  const json = path.join(base, 'results.json');
  const sizes = ['--size', '2MB', '--runs', '1', '--cases', 'first,scattered,unchanged'];
  const places = ['--peers', 'rdiff-backup,rdiff', '--work', work, '--json', json];

  const { stdout } = await run(process.execPath, [benchScript, ...sizes, ...places]);

  const report = JSON.parse(await readFile(json, 'utf8')) as BenchReport;
  t.deepEqual(
    report.cases.map(({ name }) => name),
    ['first', 'scattered', 'unchanged'],
  );
  for (const { name, runs, targets } of report.cases) {
    t.not(targets.length, 0);
    for (const program of ['redis-rewind', 'cp', ...Object.keys(report.versions)]) {
      // rdiff makes deltas and no first backups.
      const isMeasured = runs.some(({ peer, wallMs }) => peer === program && wallMs > 0);
      t.is(isMeasured, program !== 'rdiff' || name === 'scattered', `${name}: ${program}`);
    }
  }
  const [first, scattered] = report.cases.map(({ runs }) => runs[0]);
  t.true((first?.repositoryBytes ?? 0) > 1.5e6, String(first?.repositoryBytes ?? 0));
  t.true(
    (scattered?.addedBytes ?? 0) > 0 && (scattered?.addedBytes ?? 0) < 0.2e6,
    String(scattered?.addedBytes ?? 0),
  );
  t.true(stdout.includes('### 1 % changed, scattered'), stdout);

  t.deepEqual((await readdir(work)).sort(), ['datasets', 'redis-rewind-bench', 'run']);
  t.deepEqual(await readdir(path.join(work, 'run')), []);
});

test('the benchmark gets a server back by recover and by the usual recipe, with the same keys', async (t) => {
  const work = path.join(await temporaryDirectory(t), 'work');
  const options = ['--size', '1MB', '--runs', '1', '--cases', 'recovery', '--peers', 'cp'];

  const { stdout } = await run(process.execPath, [
    benchScript,
    ...options,
    '--work',
    work,
    '--json',
    '-',
  ]);

  const report = JSON.parse(stdout) as BenchReport;
  t.deepEqual(
    report.cases.map(({ name, runs }) => [name, runs.map(({ peer }) => peer)]),
    [
      ['recovery', ['redis-rewind', 'recipe']],
      ['recovery-aof', ['redis-rewind', 'recipe']],
    ],
  );
});
