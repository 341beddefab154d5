// What a restore plans: where each entry is made, in which order it gets its place, and what is fsynced,
// for a destination that is new, one that is there, and a single file.
import test from 'ava';

import type { FoundDestination } from '../../../src/engine/restore/find-destination.js';
import type { PlacementStage } from '../../../src/engine/restore/plan-placement.js';
import { type RestorePlan, planRestore } from '../../../src/engine/restore/plan-restore.js';
import type { RestoreEntry } from '../../../src/engine/restore/restore-source.js';
import type { Selection } from '../../../src/engine/restore/select-entries.js';
import {
  type BytePath,
  ROOT,
  baseName,
  formatPath,
  pathFromText,
} from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { createEntry } from '../../support/repository/restore-entry.js';

const [dump, folder, within, link] = [
  createEntry('dump.rdb', { sizeBytes: 4 }),
  createEntry('folder', { type: 'directory', mode: 0o500 }),
  createEntry('folder/within', { sizeBytes: 2, mode: 0o640 }),
  createEntry('link', { type: 'symlink', linkTarget: pathFromText('dump.rdb') }),
];
const root = createEntry('', { type: 'directory', mode: 0o550 });

const WORK = {
  parent: pathFromText('/d'),
  root: pathFromText('/d/w'),
  made: pathFromText('/d/w/made'),
  aside: pathFromText('/d/w/aside'),
  whole: pathFromText('/d/w/whole'),
};

function plan(
  top: RestoreEntry,
  below: readonly RestoreEntry[],
  found: Partial<FoundDestination>,
  actingUid = 0,
): RestorePlan {
  const path = pathFromText('/d/redis');
  const selection: Selection = [
    { entry: top, relative: ROOT },
    ...below.map((entry) => ({ entry, relative: entry.path })),
  ];
  const destination: FoundDestination = {
    asked: path,
    path,
    placement: 'publish-directory',
    hasContents: false,
    standing: new Map(),
    workParent: WORK.parent,
    isParentDirectory: true,
    missingParents: [],
    ...found,
  };
  return planRestore({ selection, destination, work: WORK, owner: null, actingUid });
}

function shown(paths: readonly BytePath[] | undefined): string[] {
  return (paths ?? []).map((path) => formatPath(path));
}

/** The steps of a stage, a line each. */
function formatSteps({ steps }: PlacementStage): string[] {
  return steps.map((step) => {
    if (step.kind === 'make-directory') return `make ${step.path} ${step.mode.toString(8)}`;
    const replaced = step.aside === null ? 'nothing' : step.aside;
    return `${step.from} -> ${step.to}, aside ${replaced}`;
  });
}

test('a new directory is put together in the work directory and published by one rename', (t) => {
  const { made, stages } = plan(root, [dump, folder, within, link], {});
  t.deepEqual(shown(made.map(({ path }) => path)), ['/d/w/made/1', '/d/w/made/3', '/d/w/made/4']);
  const [assembled, published, ...others] = stages;
  t.deepEqual(others, []);
  t.deepEqual(formatSteps(assembled as PlacementStage), [
    'make /d/w/whole 700',
    '/d/w/made/1 -> /d/w/whole/dump.rdb, aside nothing',
    'make /d/w/whole/folder 700',
    '/d/w/made/3 -> /d/w/whole/folder/within, aside nothing',
    '/d/w/made/4 -> /d/w/whole/link, aside nothing',
  ]);
  t.deepEqual(formatSteps(published as PlacementStage), ['/d/w/whole -> /d/redis, aside nothing']);
  // All of it is durable before the rename, and the rename's own directory after it.
  t.deepEqual(shown(assembled?.sync), ['/d/w/whole/folder', '/d/w/whole', '/d/w']);
  t.deepEqual(shown(published?.sync), ['/d/redis', '/d']);
});

test('missing parents of a new directory are made only when all else is done', (t) => {
  const missingParents = ['/d/a', '/d/a/b'].map(pathFromText);
  const { stages } = plan(root, [dump], { path: pathFromText('/d/a/b/redis'), missingParents });
  t.deepEqual(formatSteps(stages[1] as PlacementStage), [
    'make /d/a 777',
    'make /d/a/b 777',
    '/d/w/whole -> /d/a/b/redis, aside nothing',
  ]);
  t.deepEqual(shown(stages[1]?.sync), ['/d/a/b/redis', '/d/a', '/d', '/d/a/b']);
});

test('directories get their metadata after their entries, the deepest first', (t) => {
  const deeper = createEntry('folder/deeper', { type: 'directory' });
  const { madeMetadata, stages } = plan(root, [folder, deeper, dump, link], {});
  t.deepEqual(
    madeMetadata.map(({ path, type }) => `${baseName(path)} ${type}`),
    ['3 file', '4 symlink'],
  );
  t.deepEqual(
    stages.map(({ metadata }) => shown(metadata.map(({ path }) => path))),
    [['/d/w/whole/folder/deeper', '/d/w/whole/folder', '/d/w/whole'], ['/d/redis']],
  );
});

test('a new directory stays writable for a user who is not root until it has its place', (t) => {
  const modes = (actingUid: number): (number | undefined)[] =>
    plan(root, [folder], {}, actingUid).stages.map(({ metadata }) => metadata.at(-1)?.mode);
  t.deepEqual(modes(1000), [0o750, 0o550]);
  t.deepEqual(modes(0), [0o550, 0o550]);
});

test('in an existing directory files are replaced, and only missing directories are made', (t) => {
  const stat = new RealFileSystem().stat(pathFromText('/'));
  if (stat === null) throw new Error('no root directory');
  const standing = new Map([ROOT, 'folder' as BytePath].map((path) => [path, stat]));
  const fresh = createEntry('fresh', { type: 'directory' });
  const found = { placement: 'fill-directory', standing } as const;
  const { stages, before, lastTimes } = plan(root, [dump, folder, within, fresh], found);
  t.deepEqual(stages.map(formatSteps), [
    [
      '/d/w/made/1 -> /d/redis/dump.rdb, aside /d/w/aside/1',
      '/d/w/made/3 -> /d/redis/folder/within, aside /d/w/aside/3',
      'make /d/redis/fresh 700',
    ],
  ]);
  t.deepEqual(shown(stages[0]?.sync), ['/d/redis/fresh', '/d/redis/folder', '/d/redis']);
  const { mtimeNs, mode } = stat;
  t.deepEqual(
    before.map((item) => [item.path as string, item.mtimeNs, item.mode]),
    ['/d/redis/folder', '/d/redis'].map((path) => [path, mtimeNs, Number(mode & 0o7777n)]),
  );
  t.deepEqual(lastTimes, [{ path: pathFromText('/d/redis'), mtimeNs: root.mtimeNs }]);
});

test('one file replaces what stands at its place', (t) => {
  const missingParents = [pathFromText('/d')];
  const { made, stages, totalBytes } = plan(dump, [], { placement: 'place-one', missingParents });
  t.deepEqual(shown(made.map(({ path }) => path)), ['/d/w/made/0']);
  t.is(totalBytes, 4);
  t.deepEqual(stages.map(formatSteps), [
    ['make /d 777', '/d/w/made/0 -> /d/redis, aside /d/w/aside/0'],
  ]);
  t.deepEqual(stages[0]?.metadata, []);
});

test('each entry is durable before it is placed, except links, which cannot be opened', (t) => {
  const { syncFiles, syncDirectories } = plan(root, [dump, folder, within, link], {});
  t.deepEqual(shown(syncFiles), ['/d/w/made/1', '/d/w/made/3']);
  t.deepEqual(shown(syncDirectories), ['/d', '/d/w', '/d/w/made']);
});
