// docs/error-policy.md, "Damage", line by line: what is damaged, how, and what each command makes of it.
import { readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { flipped } from '../../support/damage/damage.js';
import { tryDamaged } from '../../support/damage/damage-trial.js';
import { projectRoot } from '../../support/program/project-paths.js';
import {
  listRepositoryFixtures,
  unpackRepository,
} from '../../support/repository/repository-fixtures.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const FILES: Readonly<Record<string, string>> = {
  nothing: 'redis-rewind-data/README',
  catalog: 'redis-rewind-data/catalog.sqlite3',
  'mirror file': 'dump.rdb',
  delta: 'redis-rewind-data/increments/8',
  'full copy': 'redis-rewind-data/increments/6',
  'catalog copy': 'redis-rewind-data/catalog.4.zst',
  lock: 'redis-rewind-data/lock.sqlite3',
};

const DAMAGES: Readonly<Record<string, (file: string) => Promise<void>>> = {
  'not at all': async () => {},
  deleted: (file) => fs.rm(file),
  'cut off': async (file) => fs.truncate(file, (await fs.stat(file)).size - 1),
  'cut in half': async (file) => fs.truncate(file, (await fs.stat(file)).size >> 1),
  'a bit flips': async (file) => fs.writeFile(file, flipped(await fs.readFile(file))),
  'written over': (file) => fs.writeFile(file, Buffer.alloc(5000, 'no database ')),
};

interface Line {
  readonly damaged: string;
  readonly how: string;
  readonly list: string;
  readonly verify: string;
  readonly whole: string;
  readonly backup: string;
  readonly after: string;
}

function readLines(): Line[] {
  const text = readFileSync(path.join(projectRoot, 'docs/error-policy.md'), 'utf8');
  const section = text.slice(text.indexOf('\n## Damage\n'));
  const table = section.split('\n\n').find((paragraph) => paragraph.startsWith('| damaged')) ?? '';
  const rows = table
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [names = [], , ...cells] = rows;
  return cells.map(
    (row) => Object.fromEntries(row.map((cell, index) => [names[index], cell])) as unknown as Line,
  );
}

const lines = readLines();

test('the table has every damage to every kind of file', (t) => {
  t.is(lines.length, 19);
  const damaged = new Set(lines.map((line) => line.damaged));
  t.deepEqual(
    Object.keys(FILES).filter((name) => !damaged.has(name)),
    [],
  );
  const ways = new Set(lines.map(({ how }) => how));
  t.deepEqual(
    Object.keys(DAMAGES).filter((how) => !ways.has(how)),
    [],
  );
});

for (const line of lines) {
  test(`${line.damaged}, ${line.how}: costs what the table says, and nothing else`, async (t) => {
    const sandbox = await unpackNights(t);
    const file = sandbox.inMirror(FILES[line.damaged] ?? '');
    const { mtime } = await fs.stat(file);
    await DAMAGES[line.how]?.(file);
    if (line.how !== 'deleted') await fs.utimes(file, mtime, mtime);

    await tryDamaged(t, sandbox, {
      list: Number(line.list),
      verify: Number(line.verify),
      whole: line.whole,
      backup: Number(line.backup),
      after: line.after,
    });
  });
}

/** The frozen repository, and a SOURCE that is its newest snapshot but for dump.rdb. */
async function unpackNights(t: ExecutionContext): Promise<Sandbox> {
  const fixture = (await listRepositoryFixtures()).find(
    ({ formatVersion, shape }) => formatVersion === 2 && shape === 'redis-nights',
  );
  if (fixture === undefined) throw new Error('there is no such fixture');
  const sandbox = await createSandbox(t, { records: true });
  await unpackRepository(fixture, sandbox.repository);
  sandbox.recorded.push(...fixture.manifest.snapshots);
  const last = Date.parse(sandbox.snapshot(4).time);
  sandbox.context.setTime(last + 86_400_000);
  await sandbox.restore({ to: sandbox.source, force: true });
  const dump = await fs.readFile(sandbox.at('source/dump.rdb'));
  await fs.writeFile(sandbox.at('source/dump.rdb'), dump.subarray(0, -1000));
  return sandbox;
}
