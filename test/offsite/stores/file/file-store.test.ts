// Archives in a folder of this machine.
import {
  chmod,
  mkdir,
  readFile,
  readdir,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import test from 'ava';
import { RewindError, SystemError } from '../../../../src/errors.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../../src/system/files/file-system.js';
import { makeTemporaryDirectory, removeTree } from '../../../support/files/temporary-directory.js';
import { testContract } from '../../../support/offsite/store-contract.js';
import { NAME, openTestStore, outgoing, readArchive } from '../../../support/offsite/test-store.js';

let folder = '';
test.before(async () => {
  folder = await makeTemporaryDirectory();
});
test.after.always(async () => removeTree(folder));

testContract(test, 'file', {
  open: (place) => openTestStore(`${folder}/${place}/`).store,
  segmentBytes: 100_000,
  hasHeaders: false,
  replacesCleanly: true,
  everything: async (place) => readdir(path.join(folder, place)).catch(() => []),
});

test('only this user may read an archive', async (t) => {
  const { store } = openTestStore(`${folder}/modes/`);
  await store.put(NAME, outgoing(Buffer.from('secret')));
  t.is((await stat(`${folder}/modes/${NAME}`)).mode & 0o777, 0o600);
  t.is((await stat(`${folder}/modes`)).mode & 0o777, 0o700);
});

test('folders that were made for an archive that fails are removed again', async (t) => {
  const { store } = openTestStore(`${folder}/made/for/it/`);
  const chunks = (async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a');
    throw new Error('no');
  })();
  await t.throwsAsync(store.put(NAME, { ...outgoing(Buffer.alloc(1)), chunks }));
  t.false((await readdir(folder)).includes('made'));
});

test('what a killed export has left is removed, and that of a running one stays', async (t) => {
  const child = spawn('sleep', ['60']);
  const dead = spawn('true');
  await once(dead, 'exit');
  try {
    const place = path.join(folder, 'killed');
    await mkdir(place);
    const old = `.redis-20261128T030000Z-11.tar.zst.redis-rewind-${dead.pid}`;
    const young = `.redis-20261128T030000Z-10.tar.zst.redis-rewind-${dead.pid}`;
    const ours = `.${NAME}.redis-rewind-${dead.pid}`;
    const running = `.${NAME}.redis-rewind-${child.pid}`;
    for (const name of [old, young, ours, running]) await writeFile(path.join(place, name), 'half');
    await utimes(path.join(place, old), 1000, 1000);
    const { store } = openTestStore(`${place}/`);
    t.deepEqual(await store.list(), []);
    await store.put(NAME, outgoing(Buffer.from('whole')));
    t.deepEqual((await readdir(place)).toSorted(), [young, old, running, NAME].toSorted());
    t.is(await store.removeLeftovers(), 1);
    t.deepEqual((await readdir(place)).toSorted(), [young, running, NAME].toSorted());
  } finally {
    child.kill();
  }
});

test('a time that no calendar has is none', async (t) => {
  const archive = { ...new RealFileSystem().stat(pathFromText(folder)), isFile: () => true };
  const fileSystem = Object.assign(new RealFileSystem(), {
    list: () => [NAME],
    stat: () => ({ ...archive, mtimeNs: 99_999_999_999_999n * 1_000_000_000n }),
  });
  const { store } = openTestStore(`${folder}/`, { context: { fileSystem } });
  t.deepEqual(
    (await store.list()).map(({ storedAtMs }) => storedAtMs),
    [0],
  );
});

test('an archive is not looked for outside of its folder', async (t) => {
  const { store } = openTestStore(`${folder}/inside/`);
  await mkdir(`${folder}/inside`);
  for (const name of ['../inside/x', '..', '.', '', '/etc/passwd', 'a/b']) {
    t.true((await t.throwsAsync(store.get(name))) instanceof RewindError);
    t.true(
      (await t.throwsAsync(store.put(name, outgoing(Buffer.alloc(1))))) instanceof RewindError,
    );
    t.true((await t.throwsAsync(store.remove(name))) instanceof RewindError);
  }
});

test('a folder, a device or a pipe is not an archive', async (t) => {
  const { store } = openTestStore(`${folder}/kinds/`);
  await mkdir(`${folder}/kinds/folder`, { recursive: true });
  await symlink('/dev/zero', `${folder}/kinds/zero`);
  await once(spawn('mkfifo', [`${folder}/kinds/pipe`]), 'exit');
  for (const name of ['folder', 'zero', 'pipe', 'missing']) {
    await t.throwsAsync(store.get(name), { instanceOf: SystemError }, name);
  }
});

test('an archive whose name is a link is read, and a name that is not UTF-8 works', async (t) => {
  const { store } = openTestStore(`${folder}/links/`);
  await store.put('a\\xff.tar.zst', outgoing(Buffer.from('bytes')));
  t.true((await readdir(`${folder}/links`, 'buffer')).some((name) => name.includes(0xff)));
  t.is((await readArchive(store, 'a\\xff.tar.zst')).toString(), 'bytes');
  await symlink('target', `${folder}/links/link`);
  await writeFile(`${folder}/links/target`, 'through the link');
  t.is((await readArchive(store, 'link')).toString(), 'through the link');
});

test('a check says that an archive is empty or cannot be read', async (t) => {
  const { store } = openTestStore(`${folder}/checks/`);
  await store.put(NAME, outgoing(Buffer.alloc(0)));
  t.regex((await store.checkStored(NAME)).join('\n'), /is empty/);
  await store.put('good', outgoing(Buffer.alloc(10)));
  t.deepEqual(await store.checkStored('good'), []);
});

test('an archive that cannot be written leaves nothing', async (t) => {
  await mkdir(`${folder}/file-in-the-way`);
  await writeFile(`${folder}/file-in-the-way/x`, '');
  const { store } = openTestStore(`${folder}/file-in-the-way/x/`);
  await t.throwsAsync(store.put(NAME, outgoing(Buffer.alloc(10))), { instanceOf: SystemError });
  t.is(await readFile(`${folder}/file-in-the-way/x`, 'utf8'), '');
  await chmod(`${folder}/file-in-the-way/x`, 0o600);
});
