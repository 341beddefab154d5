// Folders that are held open: nothing that their owner does leads out of them.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import test from 'ava';
import { SystemError } from '../../../src/errors.js';
import { applyMetadata } from '../../../src/system/files/metadata/apply-metadata.js';
import { type BytePath, joinPath, pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { HeldFolders } from '../../../src/system/files/held-folders.js';
import { removeTree } from '../../../src/system/files/remove-tree.js';
import { setMode } from '../../../src/system/files/metadata/set-mode.js';
import {
  type TeardownContext,
  temporaryDirectory,
} from '../../support/files/temporary-directory.js';

interface Place {
  readonly fileSystem: RealFileSystem;
  /** What is held: it has the folder `sub` with the file `inside`. */
  readonly held: string;
  /** A folder beside it, with the file `secret`. */
  readonly outside: string;
  readonly at: (name: string) => BytePath;
}

async function makePlace(t: TeardownContext): Promise<Place> {
  const root = fs.realpathSync(await temporaryDirectory(t));
  const held = path.join(root, 'held');
  const outside = path.join(root, 'outside');
  fs.mkdirSync(path.join(held, 'sub'), { recursive: true });
  fs.writeFileSync(path.join(held, 'sub/inside'), 'inside');
  fs.mkdirSync(outside);
  fs.writeFileSync(path.join(outside, 'secret'), 'secret', { mode: 0o600 });
  const fileSystem = new RealFileSystem();
  const hold = fileSystem.hold(pathFromText(held));
  t.teardown(async () => hold.release());
  return { fileSystem, held, outside, at: (name) => joinPath(pathFromText(held), name) };
}

/** Puts a link to the folder outside in the place of `sub`. */
function swap({ held, outside }: Place): void {
  fs.renameSync(path.join(held, 'sub'), path.join(held, 'sub-before'));
  fs.symlinkSync(outside, path.join(held, 'sub'));
}

const CALLS: Record<string, (place: Place) => unknown> = {
  open: ({ fileSystem, at }) => fileSystem.open(at('sub/secret'), 'read'),
  create: ({ fileSystem, at }) => fileSystem.open(at('sub/new'), 'create'),
  update: ({ fileSystem, at }) => fileSystem.open(at('sub/secret'), 'update'),
  entry: ({ fileSystem, at }) => fileSystem.open(at('sub/secret'), 'entry'),
  directory: ({ fileSystem, at }) => fileSystem.open(at('sub'), 'directory'),
  list: ({ fileSystem, at }) => fileSystem.list(at('sub')),
  readLink: ({ fileSystem, at }) => fileSystem.readLink(at('sub/secret')),
  makeDirectory: ({ fileSystem, at }) => fileSystem.makeDirectory(at('sub/new'), 0o700),
  makeLink: ({ fileSystem, at }) => fileSystem.makeLink(pathFromText('/'), at('sub/new')),
  makeHardLink: ({ fileSystem, at }) => fileSystem.makeHardLink(at('sub/secret'), at('taken')),
  rename: ({ fileSystem, at }) => fileSystem.rename(at('sub/secret'), at('taken')),
  'rename into it': ({ fileSystem, at }) =>
    fileSystem.rename(at('sub-before/inside'), at('sub/new')),
  unlink: ({ fileSystem, at }) => fileSystem.unlink(at('sub/secret')),
  removeDirectory: ({ fileSystem, at }) => fileSystem.removeDirectory(at('sub/new')),
  setMode: ({ fileSystem, at }) => setMode(fileSystem, at('sub/secret'), 0o777),
  'setMode of the link': ({ fileSystem, at }) => setMode(fileSystem, at('sub'), 0o777),
};

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name} follows no link below a held folder`, async (t) => {
    const place = await makePlace(t);
    swap(place);
    const before = fs.statSync(place.outside, { bigint: true });
    t.throws(() => call(place), { instanceOf: SystemError });
    const after = fs.statSync(place.outside, { bigint: true });
    t.is(after.ctimeNs, before.ctimeNs);
    t.is(after.mtimeNs, before.mtimeNs);
    const secret = fs.statSync(path.join(place.outside, 'secret'));
    t.is(secret.mode & 0o777, 0o600);
    t.is(secret.nlink, 1);
    t.deepEqual(fs.readdirSync(place.outside), ['secret']);
  });
}

test('a stat sees nothing beyond a link below a held folder', async (t) => {
  const place = await makePlace(t);
  swap(place);
  t.is(place.fileSystem.stat(place.at('sub/secret')), null);
  t.true(place.fileSystem.stat(place.at('sub'))?.isSymbolicLink());
});

test('no time is set beyond a link below a held folder', async (t) => {
  const place = await makePlace(t);
  swap(place);
  const target = place.at('sub/secret');
  t.deepEqual(place.fileSystem.setModificationTimes([{ path: target, mtimeNs: 1n }]), [target]);
  t.not(fs.statSync(path.join(place.outside, 'secret'), { bigint: true }).mtimeNs, 1n);
});

test('a tree is deleted without what its links lead to', async (t) => {
  const place = await makePlace(t);
  fs.symlinkSync(place.outside, path.join(place.held, 'sub/link'));
  removeTree(place.fileSystem, place.at('sub'));
  t.deepEqual(fs.readdirSync(place.held), []);
  t.deepEqual(fs.readdirSync(place.outside), ['secret']);
});

test('a held folder is the same folder after it was renamed', async (t) => {
  const place = await makePlace(t);
  const { fileSystem, held, outside, at } = place;
  fs.renameSync(held, `${held}-moved`);
  fs.symlinkSync(outside, held);
  t.deepEqual(fileSystem.list(pathFromText(held)), [pathFromText('sub')]);
  t.true(fileSystem.stat(pathFromText(held))?.isDirectory());
  const file = fileSystem.open(at('new'), 'create');
  fileSystem.close(file);
  t.deepEqual(fs.readdirSync(`${held}-moved`), ['new', 'sub']);
  t.deepEqual(fileSystem.setModificationTimes([{ path: pathFromText(held), mtimeNs: 7n }]), []);
  t.is(fs.statSync(`${held}-moved`, { bigint: true }).mtimeNs, 7n);
  t.deepEqual(fs.readdirSync(outside), ['secret']);
});

test('exact times are set through many folders at once', async (t) => {
  const { fileSystem, held, at } = await makePlace(t);
  const entries = Array.from({ length: 300 }, (_, index) => {
    fs.mkdirSync(path.join(held, `d${index}/e`), { recursive: true });
    return { path: at(`d${index}/e`), mtimeNs: 1_700_000_000_123_456_700n + BigInt(index) };
  });
  t.deepEqual(fileSystem.setModificationTimes(entries), []);
  for (const { path: entry, mtimeNs } of entries) t.is(fileSystem.stat(entry)?.mtimeNs, mtimeNs);
});

test('exact times are set through many folders, also where a process may open few files', async (t) => {
  const { held } = await makePlace(t);
  for (let index = 0; index < 300; index += 1)
    fs.mkdirSync(path.join(held, `d${index}/e`), { recursive: true });
  const script = `
    const [held, module] = process.argv.slice(1);
    const { RealFileSystem } = await import(module);
    const fileSystem = new RealFileSystem();
    fileSystem.hold(held);
    const entries = Array.from({ length: 300 }, (_, index) => ({ path: held + '/d' + index + '/e', mtimeNs: 1n }));
    console.log(fileSystem.setModificationTimes(entries).length);`;
  const module = new URL('../../../src/system/files/file-system.js', import.meta.url).href;
  const node = [process.execPath, '--input-type=module', '-e', script, held, module];
  const { stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -n 256; exec "$0" "$@"', ...node], {
    encoding: 'utf8',
  });
  t.is(`${stdout}${stderr}`, '0\n');
});

test('owner and mode are set of the very directory that was looked at', async (t) => {
  const { fileSystem, held, at } = await makePlace(t);
  const target = at('sub');
  const { dev, ino } = fs.statSync(path.join(held, 'sub'), { bigint: true });
  const metadata = { mode: 0o711, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  const wanted = { path: target, type: 'directory', mtimeNs: 1n, ...metadata } as const;
  t.deepEqual(applyMetadata(fileSystem, [{ ...wanted, identity: { dev, ino } }]), []);
  t.is(fs.statSync(path.join(held, 'sub')).mode & 0o777, 0o711);
  fs.renameSync(path.join(held, 'sub'), path.join(held, 'sub-before'));
  fs.mkdirSync(path.join(held, 'sub'), { mode: 0o700 });
  t.throws(() => applyMetadata(fileSystem, [{ ...wanted, identity: { dev, ino } }]), {
    instanceOf: SystemError,
    message: /another program has put something else there/,
  });
  t.is(fs.statSync(path.join(held, 'sub')).mode & 0o777, 0o700);
});

test('a name that leads upwards is refused below a held folder', async (t) => {
  const { fileSystem, at } = await makePlace(t);
  for (const name of ['..', '../outside', 'sub/../../outside/secret', 'sub/.', 'sub//inside']) {
    t.throws(() => fileSystem.stat(at(name)), { instanceOf: SystemError }, name);
  }
});

test('a folder with a link in its path is not held', async (t) => {
  const { fileSystem, held, outside } = await makePlace(t);
  const link = path.join(path.dirname(outside), 'link');
  fs.symlinkSync(held, link);
  for (const folder of [link, path.join(link, 'sub')]) {
    t.throws(() => fileSystem.hold(pathFromText(folder)), { instanceOf: SystemError }, folder);
  }
  t.throws(() => fileSystem.hold(pathFromText(path.join(held, 'sub/inside'))), {
    instanceOf: SystemError,
  });
});

test('a folder is held until its last holder releases it, and leaves nothing open', async (t) => {
  const { held } = await makePlace(t);
  const open = (): number => fs.readdirSync('/proc/self/fd').length;
  const before = open();
  const folders = new HeldFolders();
  const holds = [folders.hold(pathFromText(held)), folders.hold(pathFromText(held))];
  const inside = joinPath(pathFromText(held), 'sub/inside');
  t.is(fs.readFileSync(folders.reach(inside), 'utf8'), 'inside');
  holds[0]?.release();
  holds[0]?.release();
  t.not(folders.held(pathFromText(held)), null);
  holds[1]?.release();
  t.is(folders.held(pathFromText(held)), null);
  t.is(folders.reach(inside).toString(), path.join(held, 'sub/inside'));
  t.is(open(), before);
});

test('deep trees are walked with few folders open', async (t) => {
  const { fileSystem, held, at } = await makePlace(t);
  const deep = Array.from({ length: 200 }, (_, index) => `d${index}`);
  fs.mkdirSync(path.join(held, ...deep), { recursive: true });
  fs.writeFileSync(path.join(held, ...deep, 'file'), '');
  t.true(fileSystem.stat(at(path.join(...deep, 'file')))?.isFile());
  t.true(fs.readdirSync('/proc/self/fd').length < 150);
  fileSystem.rename(at('d0'), at('e0'));
  t.is(fileSystem.stat(at(path.join(...deep, 'file'))), null);
});

for (const call of ['rename', 'makeHardLink'] as const) {
  test(`${call} finds its file, however deep the place is that the file goes to`, async (t) => {
    const { fileSystem, held, at } = await makePlace(t);
    const deep = path.join(...Array.from({ length: 200 }, (_, index) => `d${index}`));
    fs.mkdirSync(path.join(held, deep), { recursive: true });
    // A descriptor that was closed too early is that of another folder by then, which has this name too.
    for (let folder = deep; folder !== '.'; folder = path.dirname(folder)) {
      fs.writeFileSync(path.join(held, folder, 'inside'), 'another file');
    }
    fileSystem[call](at('sub/inside'), at(path.join(deep, 'to')));
    t.is(fs.readFileSync(path.join(held, deep, 'to'), 'utf8'), 'inside');
  });
}

test('without /proc a folder is not held, and a hint says why', (t) => {
  const folders = new HeldFolders('/no-such-folder/self');
  const error = t.throws(() => folders.hold(pathFromText('/tmp')), { instanceOf: SystemError });
  t.regex(error?.message ?? '', /\/proc is not mounted/);
  t.regex(error?.hint ?? '', /mount -t proc/);
});
