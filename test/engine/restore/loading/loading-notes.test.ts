// What a server loads in a directory, told by the names in it, without a server: odd names, links, many files.
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { loadingNotes } from '../../../../src/engine/restore/loading/loading-notes.js';
import type { RestoreEntry, RestoreSource } from '../../../../src/engine/restore/restore-source.js';
import { selectEntries } from '../../../../src/engine/restore/select-entries.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';
import { createEntry } from '../../../support/repository/restore-entry.js';

const SET = [
  'appendonlydir/appendonly.aof.1.base.rdb',
  'appendonlydir/appendonly.aof.1.incr.aof',
  'appendonlydir/appendonly.aof.manifest',
];

function sourceOf(files: readonly string[]): RestoreSource {
  const folders = new Set(files.flatMap((file) => ancestors(file)));
  const directories = ['', ...folders].map((folder) => createEntry(folder, { type: 'directory' }));
  const entries: readonly RestoreEntry[] = [
    ...directories,
    ...files.map((file) => createEntry(file)),
  ];
  return {
    location: null,
    snapshot: { time: '2030-05-01T03:00:00Z', server: null },
    notes: [],
    entries,
    placeOf: () => null,
    explainAbsence: () => ({ isInNoSnapshot: true, hint: '' }),
    read: async () => undefined,
    finish: async () => undefined,
    close: async () => undefined,
  };
}

function ancestors(file: string): string[] {
  const parent = path.posix.dirname(file);
  return parent === '.' ? [] : [...ancestors(parent), parent];
}

interface Restore {
  /** Files of the snapshot. */
  readonly snapshot: readonly string[];
  /** Files that are in the room before, at `to` and elsewhere. */
  readonly before?: readonly string[];
  /** The path in the snapshot; all of it unless given. */
  readonly from?: string;
  /** Below the room; the room itself unless given. */
  readonly to?: string;
}

async function lay(room: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.join(room, path.dirname(file)), { recursive: true });
    await writeFile(path.join(room, file), '');
  }
}

/** The warnings after a restore into an empty room, with the room called `ROOM`. */
async function warnings(t: ExecutionContext, restore: Restore): Promise<string[]> {
  const room = await temporaryDirectory(t);
  await lay(room, restore.before ?? []);
  return warningsIn(room, restore);
}

async function warningsIn(
  room: string,
  { snapshot, from = '', to = '' }: Restore,
): Promise<string[]> {
  const source = sourceOf(snapshot);
  const selection = selectEntries(source, pathFromText(from));
  const destination = path.join(room, to);
  for (const { entry, relative } of selection) {
    const place = path.join(destination, relative);
    await mkdir(entry.type === 'directory' ? place : path.dirname(place), { recursive: true });
    if (entry.type === 'file') await writeFile(place, '');
  }
  const notes = loadingNotes(new RealFileSystem(), source, selection, pathFromText(destination));
  return notes.map(({ severity, message }) => {
    const short = message.replaceAll(room, 'ROOM');
    return severity === 'look' ? short : `remark: ${short}`;
  });
}

const startsEmpty = (directory: string, dump = 'dump.rdb'): string =>
  `'${dump}' was restored without the append-only file: a server with 'appendonly yes' in '${directory}' starts empty, and then saves over it`;
const loadsOther = (loaded: string, restored = 'dump.rdb'): string =>
  `a server with 'appendonly yes' in 'ROOM' loads '${loaded}', which was there before, and not the restored '${restored}'`;

test('each directory of data in the snapshot is judged by itself', async (t) => {
  const snapshot = [
    ...['dump.rdb', ...SET].map((name) => `6379/${name}`),
    '6380/dump.rdb',
    '6381/dump.rdb',
  ];
  const before = ['6380/appendonly.aof', '6381/temp-rewriteaof-12.aof', '6381/notes.manifest'];
  t.deepEqual(await warnings(t, { snapshot, before }), [
    loadsOther('appendonly.aof').replace('ROOM', 'ROOM/6380'),
  ]);
  const one = { snapshot, from: '6379/dump.rdb', to: '6379/dump.rdb' };
  t.deepEqual(await warnings(t, one), [startsEmpty('ROOM/6379')]);
});

test('files of an AOF have any name, and so has its folder', async (t) => {
  const snapshot = [
    'dump.rdb',
    'log/my.log.3.base.aof',
    'log/my.log.4.incr.aof',
    'log/my.log.manifest',
  ];
  t.deepEqual(await warnings(t, { snapshot }), []);
  t.deepEqual(await warnings(t, { snapshot, from: 'dump.rdb', to: 'dump.rdb' }), [
    startsEmpty('ROOM'),
  ]);
  const before = ['elsewhere/other.1.incr.aof', 'elsewhere/other.manifest'];
  t.deepEqual(await warnings(t, { snapshot: ['dump.rdb'], before }), [
    loadsOther('elsewhere/other.manifest'),
  ]);
});

test('a manifest of another program is none of an AOF', async (t) => {
  const before = ['app/app.manifest', 'app/app.data'];
  t.deepEqual(await warnings(t, { snapshot: ['dump.rdb'], before }), []);
});

test('a dump of any name counts, if it was examined', async (t) => {
  const source = sourceOf(['data', ...SET]);
  const entries = source.entries.map((entry) =>
    entry.path === 'data' ? { ...entry, verdict: { kind: 'whole' } as const } : entry,
  );
  const room = pathFromText(await temporaryDirectory(t));
  const examined = { ...source, entries };
  const selection = selectEntries(examined, pathFromText('data'));
  const [note] = loadingNotes(
    new RealFileSystem(),
    examined,
    selection,
    pathFromText(`${room}/data`),
  );
  t.is(note?.message, startsEmpty(room, 'data'));
});

test('a link to the folder of an AOF is followed', async (t) => {
  const room = await temporaryDirectory(t);
  await lay(
    room,
    SET.map((name) => `disk/${name}`),
  );
  await mkdir(path.join(room, 'data'));
  await symlink('../disk/appendonlydir', path.join(room, 'data', 'appendonlydir'));
  t.deepEqual(await warningsIn(path.join(room, 'data'), { snapshot: ['dump.rdb'] }), [
    loadsOther('appendonlydir/appendonly.aof.manifest'),
  ]);
});

test('links that lead nowhere or in a circle, and folders that cannot be read, say nothing', async (t) => {
  const room = await temporaryDirectory(t);
  await symlink('nowhere', path.join(room, 'appendonlydir'));
  await symlink('circle', path.join(room, 'circle'));
  await mkdir(path.join(room, 'closed'));
  await chmod(path.join(room, 'closed'), 0);
  t.deepEqual(await warningsIn(room, { snapshot: ['dump.rdb'] }), []);
});

test('in a directory with very many names only the usual folder is looked into, and that of the snapshot', async (t) => {
  const many = Array.from({ length: 1100 }, (_, index) => `${index}/file`);
  const odd = ['odd/odd.1.incr.aof', 'odd/odd.manifest'];
  const snapshot = ['dump.rdb'];
  t.deepEqual(await warnings(t, { snapshot, before: [...many, ...odd] }), []);
  t.deepEqual(await warnings(t, { snapshot, before: [...many, ...SET] }), [
    loadsOther('appendonlydir/appendonly.aof.manifest'),
  ]);
  const withOdd = { snapshot: ['dump.rdb', ...odd], from: 'dump.rdb', to: 'dump.rdb' };
  t.deepEqual(await warnings(t, { ...withOdd, before: [...many, ...odd] }), [
    loadsOther('odd/odd.manifest'),
  ]);
});

test('a snapshot of the folder of an AOF itself', async (t) => {
  const snapshot = SET.map((name) => path.basename(name));
  t.deepEqual(await warnings(t, { snapshot, to: 'appendonlydir' }), []);
  const [part = ''] = snapshot;
  const [warning = ''] = await warnings(t, { snapshot, from: part, to: `appendonlydir/${part}` });
  t.regex(warning, /^'appendonly\.aof\.1\.base\.rdb' is a part of an append-only file: /);
});

test('under another name it is a remark', async (t) => {
  const snapshot = ['dump.rdb', ...SET];
  t.deepEqual(await warnings(t, { snapshot, from: 'dump.rdb', to: 'old.rdb' }), [
    `remark: ${startsEmpty('ROOM', 'old.rdb')}`,
  ]);
  const before = [
    'appendonlydir/appendonly.aof.1.incr.aof',
    'appendonlydir/appendonly.aof.manifest',
  ];
  const [remark = ''] = await warnings(t, { snapshot, before, from: 'appendonlydir', to: 'old' });
  t.regex(remark, /^remark: 'ROOM' has the restored 'old\/appendonly\.aof\.manifest', and /);
});

test('100,000 folders and files are judged at once', (t) => {
  const folders = Array.from({ length: 20_000 }, (_, index) => `${index}`);
  const files = folders.flatMap((folder) => [
    `${folder}/dump.rdb`,
    `${folder}/x.manifest`,
    `many/${folder}.manifest`,
    `many/${folder}.1.incr.aof`,
    `many/${folder}.aof`,
  ]);
  const source = sourceOf(files);
  const selection = selectEntries(source, pathFromText(''));
  const nowhere = pathFromText('/nonexistent/redis-rewind');
  t.deepEqual(loadingNotes(new RealFileSystem(), source, selection, nowhere), []);
});
