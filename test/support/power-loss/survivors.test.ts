// The model of a disk is what the power-loss tests rest on: it must lose what a disk may lose, and keep
// what it must keep.
import test from 'ava';
import type { BytePath } from '../../../src/system/files/byte-path.js';
import { SeededRandom } from '../program/seeded-random.js';
import type { DiskStep } from './disk-steps.js';
import { Disk } from './disk.js';
import { type SurvivingDirectory, survivorsOf } from './survivors.js';

const METADATA = { mode: 0o600, uid: 0, gid: 0, mtimeNs: null };
const ROOT_NODE = 0;

function at(name: string, directory = ROOT_NODE) {
  return { directory, name: name as BytePath };
}

function make(
  name: string,
  node: number,
  type: 'file' | 'directory',
  directory = ROOT_NODE,
): DiskStep {
  return {
    kind: 'make',
    at: at(name, directory),
    node,
    type,
    metadata: METADATA,
    target: '' as BytePath,
  };
}

function write(node: number, text: string, position = 0): DiskStep {
  return { kind: 'write', node, position, bytes: Buffer.from(text) };
}

function sync(node: number): DiskStep {
  return { kind: 'sync', node };
}

/** Everything that may be left after the steps, each once: names with contents, such as `a=text d/b=`. */
function left(...steps: DiskStep[]): string[] {
  const disk = new Disk(METADATA);
  for (const step of steps) disk.apply(step);
  const names = (tree: SurvivingDirectory, above: string): string[] =>
    tree.entries.flatMap(([name, entry]) => {
      if (entry.type === 'directory')
        return [`${above}${name}/`, ...names(entry, `${above}${name}/`)];
      return entry.type === 'file' ? [`${above}${name}=${entry.bytes.toString()}`] : [];
    });
  const survivors = [...survivorsOf(disk, new SeededRandom('model'), 30)];
  return [...new Set(survivors.map(({ tree }) => names(tree, '').join(' ')))].toSorted();
}

test('a file that was not synced may be gone, empty, torn, zero or whole', (t) => {
  t.deepEqual(left(make('a', 1, 'file'), write(1, 'text')), [
    '',
    'a=',
    'a=\0\0\0\0',
    'a=te',
    'a=text',
  ]);
});

test('bytes without a name are gone, and a name without bytes is empty', (t) => {
  const made = [make('a', 1, 'file'), write(1, 'text')];
  t.deepEqual(left(...made, sync(1)), ['', 'a=text']);
  t.deepEqual(left(...made, sync(ROOT_NODE)), ['a=', 'a=\0\0\0\0', 'a=te', 'a=text']);
  t.deepEqual(left(...made, sync(1), sync(ROOT_NODE)), ['a=text']);
});

test('what is appended may be lost, what was durable before may not', (t) => {
  const durable = [make('a', 1, 'file'), write(1, 'old'), sync(1), sync(ROOT_NODE)];
  t.deepEqual(left(...durable, write(1, 'new', 3)), ['a=old', 'a=old\0\0\0', 'a=oldn', 'a=oldnew']);
  t.deepEqual(left(...durable, write(1, 'new', 3), sync(1)), ['a=oldnew']);
  t.deepEqual(left(...durable, { kind: 'truncate', node: 1, sizeBytes: 1 }), ['a=o', 'a=old']);
});

const FILE_IN_FOLDER = [
  make('from', 1, 'directory'),
  make('to', 2, 'directory'),
  make('a', 3, 'file', 1),
  write(3, 'x'),
  sync(3),
  sync(1),
  sync(ROOT_NODE),
];
const RENAME: DiskStep = { kind: 'rename', from: at('a', 1), to: at('b', 2) };

test('a rename is lost or kept as one, until one of its two folders is synced', (t) => {
  t.deepEqual(left(...FILE_IN_FOLDER, RENAME), ['from/ from/a=x to/', 'from/ to/ to/b=x']);
  t.deepEqual(left(...FILE_IN_FOLDER, RENAME, sync(2)), [
    'from/ from/a=x to/ to/b=x',
    'from/ to/ to/b=x',
  ]);
  t.deepEqual(left(...FILE_IN_FOLDER, RENAME, sync(1)), ['from/ to/', 'from/ to/ to/b=x']);
  t.deepEqual(left(...FILE_IN_FOLDER, RENAME, sync(1), sync(2)), ['from/ to/ to/b=x']);
});

test('a file in a folder that is lost is lost with it', (t) => {
  const moved: DiskStep = { kind: 'rename', from: at('a', 1), to: at('b', 4) };
  const outcomes = left(...FILE_IN_FOLDER, make('new', 4, 'directory'), moved, sync(4), sync(1));
  t.deepEqual(outcomes, ['from/ new/ new/b=x to/', 'from/ to/']);
});

test('a file that was deleted may come back', (t) => {
  const deleted: DiskStep = { kind: 'remove', at: at('a', 1) };
  t.deepEqual(left(...FILE_IN_FOLDER, deleted), ['from/ from/a=x to/', 'from/ to/']);
  t.deepEqual(left(...FILE_IN_FOLDER, deleted, sync(1)), ['from/ to/']);
});

test("a commit of SQLite's is durable at once", (t) => {
  const steps = [make('a', 1, 'file'), sync(ROOT_NODE)];
  const commit: DiskStep = { kind: 'database', node: 1, bytes: Buffer.from('rows') };
  t.deepEqual(left(...steps, commit), ['a=rows']);
});
