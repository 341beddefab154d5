// What a restore plans: where each entry is made, in which order it gets its place, and what is fsynced,
// for a destination that is new, one that is there, and a single file.
import test from 'ava';

import type { FoundDestination } from '../../../src/engine/restore/destination/find-destination.js';
import type { PlacementPlan } from '../../../src/engine/restore/plan-placement.js';
import type { PlanRequest } from '../../../src/engine/restore/plan-making.js';
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
};

function plan(
  top: RestoreEntry,
  below: readonly RestoreEntry[],
  found: Partial<FoundDestination>,
  given: Partial<Pick<PlanRequest, 'keepsMetadata' | 'actingUid'>> = {},
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
    isHeld: true,
    missingParents: [],
    ...found,
  };
  const { keepsMetadata = false, actingUid = 0 } = given;
  const request = { selection, destination, work: WORK, owner: null, keepsMetadata, actingUid };
  return planRestore(request);
}

function shown(paths: readonly BytePath[] | undefined): string[] {
  return (paths ?? []).map((path) => formatPath(path));
}

/** The steps of a placement, a line each. */
function formatSteps({ steps }: PlacementPlan): string[] {
  return steps.map((step) => {
    if (step.kind === 'make-directory') return `make ${step.path} ${step.mode.toString(8)}`;
    const replaced = step.aside === null ? 'nothing' : step.aside;
    const mode = step.modeAfter === null ? '' : `, then ${step.modeAfter.toString(8)}`;
    return `${step.from} -> ${step.to}, aside ${replaced}${mode}`;
  });
}

test('a new directory is put together in the work directory and placed by one rename', (t) => {
  const { made, placement, syncDirectories } = plan(root, [dump, folder, within, link], {});
  t.deepEqual(shown(made.map(({ path }) => path)), [
    '/d/w/made/0',
    '/d/w/made/0/dump.rdb',
    '/d/w/made/0/folder',
    '/d/w/made/0/folder/within',
    '/d/w/made/0/link',
  ]);
  t.deepEqual(formatSteps(placement), ['/d/w/made/0 -> /d/redis, aside nothing']);
  // All of it is durable before the rename, and the rename's own directory after it.
  t.deepEqual(shown(syncDirectories), [
    '/d/w/made/0/folder',
    '/d/w/made/0',
    '/d/w/made',
    '/d/w',
    '/d',
  ]);
  t.deepEqual(shown(placement.sync), ['/d']);
});

test('missing parents of a new directory are made only when all else is done', (t) => {
  const missingParents = ['/d/a', '/d/a/b'].map(pathFromText);
  const { placement } = plan(root, [dump], { path: pathFromText('/d/a/b/redis'), missingParents });
  t.deepEqual(formatSteps(placement), [
    'make /d/a 777',
    'make /d/a/b 777',
    '/d/w/made/0 -> /d/a/b/redis, aside nothing',
  ]);
  t.deepEqual(shown(placement.sync), ['/d/a', '/d', '/d/a/b']);
});

test('directories get their metadata after their entries, the deepest first', (t) => {
  const deeper = createEntry('folder/deeper', { type: 'directory' });
  const planned = plan(root, [folder, deeper, dump, link], {});
  t.deepEqual(
    planned.contentMetadata.map(({ path, type }) => `${baseName(path)} ${type}`),
    ['dump.rdb file', 'link symlink'],
  );
  t.deepEqual(shown(planned.directoryMetadata.map(({ path }) => path)), [
    '/d/w/made/0/folder/deeper',
    '/d/w/made/0/folder',
    '/d/w/made/0',
  ]);
  t.deepEqual(planned.placement.metadata, []);
});

test('a new directory stays writable for a user who is not root until it has its place', (t) => {
  const steps = (actingUid: number): string[] => {
    const { directoryMetadata, placement } = plan(root, [folder], {}, { actingUid });
    const modes = directoryMetadata.map(({ mode }) => mode.toString(8));
    return [...modes, ...formatSteps(placement), ...shown(placement.sync)];
  };
  t.deepEqual(steps(1000), [
    '500',
    '750',
    '/d/w/made/0 -> /d/redis, aside nothing, then 550',
    '/d/redis',
    '/d',
  ]);
  t.deepEqual(steps(0), ['500', '550', '/d/w/made/0 -> /d/redis, aside nothing', '/d']);
});

test('in an existing directory files are replaced, and a missing directory is placed whole', (t) => {
  const stat = new RealFileSystem().stat(pathFromText('/'));
  if (stat === null) throw new Error('no root directory');
  const standing = new Map([ROOT, 'folder' as BytePath].map((path) => [path, stat]));
  const fresh = createEntry('fresh', { type: 'directory' });
  const inFresh = createEntry('fresh/file', { sizeBytes: 1 });
  const found = { placement: 'fill-directory', standing } as const;
  const planned = plan(root, [dump, folder, within, fresh, inFresh], found);
  const { made, placement, before, lastTimes } = planned;
  t.deepEqual(shown(made.map(({ path }) => path)), [
    '/d/w/made/1',
    '/d/w/made/3',
    '/d/w/made/4',
    '/d/w/made/4/file',
  ]);
  t.deepEqual(formatSteps(placement), [
    '/d/w/made/1 -> /d/redis/dump.rdb, aside /d/w/aside/1',
    '/d/w/made/3 -> /d/redis/folder/within, aside /d/w/aside/3',
    '/d/w/made/4 -> /d/redis/fresh, aside nothing',
  ]);
  // Only the very directories that were looked at are given metadata.
  t.deepEqual(
    placement.metadata.map(({ path, identity }) => [path as string, identity]),
    ['/d/redis/folder', '/d/redis'].map((path) => [path, stat]),
  );
  t.deepEqual(shown(placement.sync), ['/d/redis/folder', '/d/redis']);
  const { mtimeNs, mode } = stat;
  t.deepEqual(
    before.map((item) => [item.path as string, item.mtimeNs, item.mode, item.identity]),
    ['/d/redis/folder', '/d/redis'].map((path) => [path, mtimeNs, Number(mode & 0o7777n), stat]),
  );
  t.deepEqual(lastTimes, [{ path: pathFromText('/d/redis'), mtimeNs: root.mtimeNs }]);

  // Where it keeps its own metadata, it still gets them back after a failure.
  const kept = plan(root, [dump, folder], found, { keepsMetadata: true });
  t.deepEqual(shown(kept.placement.metadata.map(({ path }) => path)), ['/d/redis/folder']);
  t.deepEqual(shown(kept.before.map(({ path }) => path)), ['/d/redis/folder', '/d/redis']);
  t.deepEqual(kept.lastTimes, []);
});

test('one file replaces what stands at its place', (t) => {
  const missingParents = [pathFromText('/d')];
  const planned = plan(dump, [], { placement: 'place-one', missingParents });
  t.deepEqual(shown(planned.made.map(({ path }) => path)), ['/d/w/made/0']);
  t.is(planned.totalBytes, 4);
  t.deepEqual(formatSteps(planned.placement), [
    'make /d 777',
    '/d/w/made/0 -> /d/redis, aside /d/w/aside/0',
  ]);
  t.deepEqual(planned.placement.metadata, []);
});

test('each file is durable before it is placed; a link cannot be opened', (t) => {
  const { syncFiles } = plan(root, [dump, folder, within, link], {});
  t.deepEqual(shown(syncFiles), ['/d/w/made/0/dump.rdb', '/d/w/made/0/folder/within']);
});
