import test from 'ava';

import { formatCase, formatHeading } from './report.js';
import type { RunResult } from './results.js';

const run = (peer: RunResult['peer'], wallMs: number, addedBytes: number | null): RunResult => ({
  peer,
  wallMs,
  cpuMs: 500,
  peakRssBytes: 100 * 2 ** 20,
  addedBytes,
  repositoryBytes: addedBytes,
});

test('a case is its title, a table of the programs and one of the targets', (t) => {
  const text = formatCase({
    name: 'scattered',
    title: '1 % changed, scattered',
    subject: 'dump.rdb, 854 MB',
    runs: [run('redis-rewind', 3000, 4e6), run('cp', 2000, 8e8), run('redis-rewind', 3200, 4e6)],
    targets: [
      { what: 'wall ≤ 1.5 × cp', measured: '1.55 ×', isReached: false },
      { what: 'faster than borg', measured: 'not measured', isReached: null },
    ],
  });
  t.is(
    text,
    `### 1 % changed, scattered

dump.rdb, 854 MB.

| program      |   wall |          spread | × cp | × ours |     CPU | peak RSS |   added | added × ours | repository |
| ------------ | -----: | --------------: | ---: | -----: | ------: | -------: | ------: | -----------: | ---------: |
| redis-rewind | 3.10 s | 3.00 s – 3.20 s | 1.55 |   1.00 | 0.500 s |  100 MiB | 4.00 MB |         1.00 |    4.00 MB |
| cp           | 2.00 s | 2.00 s – 2.00 s | 1.00 |   0.65 | 0.500 s |  100 MiB |  800 MB |          200 |     800 MB |

| target           |     measured |            |
| ---------------- | -----------: | ---------- |
| wall ≤ 1.5 × cp  |       1.55 × | **missed** |
| faster than borg | not measured |            |
`,
  );
});

test('a restore leaves the columns of bytes empty', (t) => {
  const text = formatCase({
    name: 'restore-newest',
    title: 'Restore',
    subject: 'dump.rdb',
    runs: [run('redis-rewind', 1000, null)],
    targets: [],
  });
  t.regex(text, /\| redis-rewind \|.*\| +100 MiB \| +\| +\| +\|\n/);
});

test('a removal shows what it has given back', (t) => {
  const text = formatCase({
    name: 'thinning',
    title: 'Thinning',
    subject: 'nights',
    isRemoval: true,
    runs: [run('redis-rewind', 1000, -4e6), run('borg', 2000, -1e6)],
    targets: [],
  });
  t.regex(text, /\| peak RSS \| given back \| given back × ours \| repository \|/);
  t.regex(text, /\| redis-rewind .* 4\.00 MB \| +1\.00 \|/);
  t.regex(text, /\| borg .* 1\.00 MB \| +0\.25 \|/);
});

test('the heading names the command, the machine and every version', (t) => {
  const text = formatHeading({
    command: 'npm run bench -- --size 50MB',
    dumpBytes: 50e6,
    keys: 235_294,
    seed: 1,
    runs: 1,
    machine: { kernel: '6.1', 'Node.js': '20.20.2' },
    versions: { borg: '1.2.4' },
  });
  t.true(text.startsWith('`npm run bench -- --size 50MB`\n'), text);
  t.true(text.includes('235294 keys, 1 run of each'), text);
  t.true(text.includes('kernel: 6.1; Node.js: 20.20.2; borg: 1.2.4.'), text);
});
