// docs/error-policy.md, "Damage", line by line: what is damaged, how, and what each command makes of it.
import { readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { backup } from '../../src/engine/backup.js';
import { listSnapshots } from '../../src/engine/list.js';
import type { VerifyReport } from '../../src/engine/reports.js';
import { CorruptError } from '../../src/errors.js';
import { formatPath, pathFromBytes, pathFromText } from '../../src/system/byte-path.js';
import { formatRanges } from '../../src/cli/output/quantities.js';
import { flipped } from '../support/damage.js';
import { type Tree, readTree, treeDifferences } from '../support/directory-tree.js';
import { exitCode } from '../support/exit-code.js';
import { isRoot } from '../support/four-nights.js';
import { HastyFileSystem } from '../support/hasty-file-system.js';
import { projectRoot } from '../support/project-paths.js';
import { RecordedHistory } from '../support/recorded-history.js';
import { listRepositoryFixtures, unpackRepository } from '../support/repository-fixtures.js';
import { removeTree } from '../support/temporary-directory.js';

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
  for (const damaged of Object.keys(FILES)) t.true(lines.some((line) => line.damaged === damaged));
  for (const how of Object.keys(DAMAGES)) t.true(lines.some((line) => line.how === how));
});

for (const line of lines) {
  test(`${line.damaged}, ${line.how}: costs what the table says, and nothing else`, async (t) => {
    const history = await unpackNights(t);
    const file = history.at('repository', FILES[line.damaged] ?? '');
    const { mtime } = await fs.stat(file);
    await DAMAGES[line.how]?.(file);
    if (line.how !== 'deleted') await fs.utimes(file, mtime, mtime);

    const request = { repository: history.repositoryPath };
    t.is(String(await exitCode(() => list(history))), line.list, 'list');
    const { whole, lost } = await restoreAll(t, history, 4);
    t.is(whole, line.whole, 'whole');
    let verified: VerifyReport | null = null;
    const verify = async (): Promise<VerifyReport> => (verified = await history.verify());
    t.is(String(await exitCode(verify)), line.verify, 'verify');
    if (verified !== null) t.deepEqual(namedLosses(verified), lost, 'what verify names is lost');

    const ended = await exitCode(() => backUp(history));
    t.is(String(ended), line.backup, 'backup');
    if (ended === 0 || ended === 3) {
      const { snapshots } = listSnapshots(request, history.context);
      const { id = 0, time = '' } = snapshots.at(-1) ?? {};
      history.snapshots.push({ id, time, tree: await readTree(history.source) });
    }
    t.is((await restoreAll(t, history, 5)).whole, line.after, 'after');
  });
}

function list({ repositoryPath, context }: RecordedHistory): object {
  return { snapshots: listSnapshots({ repository: repositoryPath }, context).snapshots };
}

/** The frozen repository, and a SOURCE that is its newest snapshot but for dump.rdb. */
async function unpackNights(t: ExecutionContext): Promise<RecordedHistory> {
  const fixture = (await listRepositoryFixtures()).find(
    ({ formatVersion, shape }) => formatVersion === 2 && shape === 'redis-nights',
  );
  if (fixture === undefined) throw new Error('there is no such fixture');
  const history = await RecordedHistory.begin(t);
  await unpackRepository(fixture, history.repository);
  history.snapshots.push(...fixture.manifest.snapshots);
  const last = Date.parse(history.snapshot(4).time);
  history.context.advance((last - history.context.clock.nowMs()) / 1000 + 86_400);
  await history.restore(history.source, { force: true });
  const dump = await fs.readFile(history.at('source/dump.rdb'));
  await fs.writeFile(history.at('source/dump.rdb'), dump.subarray(0, -1000));
  return history;
}

async function backUp(history: RecordedHistory): Promise<Awaited<ReturnType<typeof backup>>> {
  const request = {
    source: pathFromText(history.source),
    repository: history.repositoryPath,
    also: [],
    rules: [],
    force: true,
    rehash: false,
    memoryBytes: null,
    waitLockMs: 0,
  };
  return backup(request, history.context);
}

interface Restored {
  /** The snapshots that came back as they were, as ranges. */
  readonly whole: string;
  /** `path@snapshot` of each file that did not. */
  readonly lost: string[];
}

/** Restores each snapshot at once, and, where that is refused, file by file. */
async function restoreAll(
  t: ExecutionContext,
  history: RecordedHistory,
  last: number,
): Promise<Restored> {
  const whole: number[] = [];
  const lost: string[] = [];
  for (const { id, time, tree } of history.snapshots.slice(0, last)) {
    const to = history.at(`restored-${id}`);
    try {
      await history.restore(to, { at: time });
      const expected = isRoot ? tree : onlyContents(tree);
      const found = await readTree(to);
      t.deepEqual(treeDifferences(expected, isRoot ? found : onlyContents(found)), [], `${id}`);
      whole.push(id);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      lost.push(...(await lostFiles(t, history, id, time, tree)));
    }
    await removeTree(to);
  }
  return { whole: formatRanges(whole) || 'none', lost: lost.toSorted() };
}

async function lostFiles(
  t: ExecutionContext,
  history: RecordedHistory,
  id: number,
  time: string,
  tree: Tree,
): Promise<string[]> {
  const lost: string[] = [];
  for (const [name, entry] of Object.entries(tree)) {
    if (entry.type !== 'file') continue;
    const inside = formatPath(pathFromBytes(Buffer.from(name, 'latin1')));
    const to = history.at('restored-file');
    try {
      const context = history.contextWith(new HastyFileSystem());
      await history.restore(to, { path: inside, at: time, context });
      t.is((await readTree(to))['.']?.content, entry.content, `${inside}@${id}`);
      await removeTree(to);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      lost.push(`${inside}@${id}`);
    }
  }
  return lost;
}

function namedLosses({ problems }: VerifyReport): string[] {
  const names = problems
    .filter(({ kind }) => kind !== 'catalog')
    .flatMap(({ path: name, snapshots }) => snapshots.map((id) => `${name}@${id}`));
  return [...new Set(names)].toSorted();
}

/** What a user who is not root can bring back. */
function onlyContents(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).map(([name, entry]) => [
      name,
      { ...entry, mode: '', uid: 0, gid: 0, mtimeNs: '' },
    ]),
  );
}
