// A dump that was made only for a backup is removed, and nothing else is: not what has taken its place, and
// not what a repository from elsewhere names.
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TemporaryDump, findLeftoverDump } from '../../../src/engine/server/temporary-dump.js';
import type { LiveServer } from '../../../src/redis/server/live-server.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { isThere } from '../../support/files/is-there.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { writeRdb } from '../../support/redis/data/rdb-writer.js';

const ASKED_SECONDS = 1_000_000;
const RUN_ID = 'a'.repeat(40);

async function createPlace(t: ExecutionContext) {
  const root = await temporaryDirectory(t);
  const fileSystem = new RealFileSystem();
  const directory = path.join(root, 'data');
  const data = path.join(root, 'repository', 'redis-rewind-data');
  await mkdir(directory);
  await mkdir(data, { recursive: true });
  const dump = path.join(directory, 'dump.rdb');
  const repository = pathFromText(path.dirname(data));
  const statOf = (file: string) => {
    const stat = fileSystem.stat(pathFromText(file));
    if (stat === null) throw new Error(`nothing at ${file}`);
    return stat;
  };
  const server = (runId = RUN_ID): LiveServer =>
    ({
      facts: { runId, timeSeconds: ASKED_SECONDS },
      settings: { dumpName: 'dump.rdb' },
      directory: { path: directory, identity: statOf(directory) },
    }) as unknown as LiveServer;
  return {
    root,
    directory,
    dump,
    note: path.join(data, 'temporary-dump'),
    statOf,
    begin: () => new TemporaryDump(fileSystem, repository, server()),
    /** What the next run finds. */
    find: async ({ runId = RUN_ID, mayRemove = true } = {}) => {
      const before = fileSystem.stat(pathFromText(dump));
      const found = await findLeftoverDump(fileSystem, repository, server(runId), {
        before,
        mayRemove,
      });
      return { isThere: found.isThere, notes: found.notes.map(({ message }) => message) };
    },
    writeDump: async (seconds = ASKED_SECONDS) =>
      writeFile(dump, writeRdb([], { ctime: String(seconds) })),
  };
}

type Place = Awaited<ReturnType<typeof createPlace>>;

const isLeft = ({ dump }: Place, file = dump): string =>
  `'${file}' is left: it is not known to be the dump that was made only for a backup`;

test('the dump that was seen is removed, with its note', async (t) => {
  const at = await createPlace(t);
  const temporary = at.begin();
  temporary.begin();
  t.true(isThere(at.note));
  await at.writeDump();
  temporary.see(at.statOf(at.dump));
  t.deepEqual(temporary.remove(), []);
  t.false(isThere(at.dump));
  t.false(isThere(at.note));
  t.deepEqual(temporary.remove(), []);
});

test('what has taken its place is left, and a note says so: another file, a link, a folder', async (t) => {
  for (const kind of ['file', 'link', 'folder']) {
    const at = await createPlace(t);
    const temporary = at.begin();
    temporary.begin();
    await at.writeDump();
    temporary.see(at.statOf(at.dump));
    const aside = path.join(at.root, 'aside');
    await rename(at.dump, aside);
    if (kind === 'file') await at.writeDump();
    else if (kind === 'link') await symlink(aside, at.dump);
    else await mkdir(at.dump);
    const notes = temporary.remove();
    t.deepEqual(
      notes.map(({ kind: word, severity, message }) => [word, severity, message]),
      [['dump-left', 'look', isLeft(at)]],
    );
    t.true(isThere(at.dump), kind);
    t.true(isThere(aside), kind);
    t.false(isThere(at.note), kind);
  }
});

test('a dump that nobody saw to its end is left to the next run, with its note', async (t) => {
  const at = await createPlace(t);
  const temporary = at.begin();
  temporary.begin();
  await at.writeDump();
  t.deepEqual(temporary.remove(), []);
  t.true(isThere(at.dump));
  t.deepEqual(await at.find(), { isThere: true, notes: [] });
});

test('the next run knows the dump that was seen, and no other one', async (t) => {
  const at = await createPlace(t);
  const temporary = at.begin();
  temporary.begin();
  await at.writeDump();
  temporary.see(at.statOf(at.dump));
  t.deepEqual(await at.find(), { isThere: true, notes: [] });
  t.true(isThere(at.note));
  await rename(at.dump, path.join(at.root, 'aside'));
  await at.writeDump(ASKED_SECONDS + 5);
  t.deepEqual(await at.find(), { isThere: false, notes: [isLeft(at)] });
  t.false(isThere(at.note));
});

test('a dump that was not seen is known if the same server began it in the same directory after it was asked', async (t) => {
  const noted = async (): Promise<Place> => {
    const at = await createPlace(t);
    at.begin().begin();
    return at;
  };
  const late = await noted();
  await late.writeDump(ASKED_SECONDS + 100);
  t.deepEqual(await late.find(), { isThere: true, notes: [] });
  const early = await noted();
  await early.writeDump(ASKED_SECONDS - 1);
  t.deepEqual(await early.find(), { isThere: false, notes: [isLeft(early)] });
  const restarted = await noted();
  await restarted.writeDump();
  t.deepEqual(await restarted.find({ runId: 'b'.repeat(40) }), {
    isThere: false,
    notes: [isLeft(restarted)],
  });
  const moved = await noted();
  await rename(moved.directory, path.join(moved.root, 'moved'));
  await mkdir(moved.directory);
  await moved.writeDump();
  t.deepEqual(await moved.find(), { isThere: false, notes: [isLeft(moved)] });
  const untimed = await noted();
  await writeFile(untimed.dump, 'not a dump');
  t.deepEqual(await untimed.find(), { isThere: false, notes: [isLeft(untimed)] });
});

test('a note of a repository from elsewhere makes nothing a leftover', async (t) => {
  const at = await createPlace(t);
  await at.writeDump();
  const { dev, ino } = at.statOf(at.directory);
  const own = {
    path: at.dump,
    runId: 'b'.repeat(40),
    directory: { device: String(dev), inode: String(ino) },
    askedSeconds: 0,
    seen: null,
  };
  const other = path.join(at.root, 'other');
  await writeFile(other, 'precious');
  const notes: [text: string, left: readonly string[]][] = [
    [`${at.dump}\n`, []],
    [`${JSON.stringify(own)}\n`, [isLeft(at)]],
    [`${JSON.stringify({ ...own, runId: RUN_ID, path: other })}\n`, [isLeft(at, other)]],
    [`${JSON.stringify({ ...own, runId: RUN_ID, path: '/none' })}\n`, []],
    [`${JSON.stringify({ ...own, runId: RUN_ID, askedSeconds: -1 })}\n`, []],
    [`${JSON.stringify({ ...own, runId: RUN_ID, directory: {} })}\n`, []],
    [`${JSON.stringify({ ...own, runId: RUN_ID, seen: { device: '1' } })}\n`, []],
    // Cut off while it was written.
    [JSON.stringify({ ...own, runId: RUN_ID }), []],
    ['null\n[]\n{}\n', []],
    [`${' '.repeat(70_000)}\n`, []],
    ['', []],
  ];
  for (const [text, left] of notes) {
    await writeFile(at.note, text);
    t.deepEqual(await at.find(), { isThere: false, notes: left }, text.slice(0, 200));
    t.false(isThere(at.note));
  }
  t.true(isThere(at.dump));
  t.true(isThere(other));
});

test('a dump of a server that keeps dumps by now is its own: the note is forgotten, and nothing said', async (t) => {
  const at = await createPlace(t);
  at.begin().begin();
  await at.writeDump();
  t.deepEqual(await at.find({ mayRemove: false }), { isThere: false, notes: [] });
  t.false(isThere(at.note));
});
