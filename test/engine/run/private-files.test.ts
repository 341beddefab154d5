// Nobody else may read what was private: folders of ours are 0700 and files no wider than those of SOURCE
// at every moment of a backup, a restore and a repair, whatever the umask.
import * as fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { repair } from '../../../src/engine/repair/repair.js';
import { type BackupPlace, createBackupPlace } from '../../support/repository/backup-place.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';

const former = process.umask(0);
test.after.always(() => {
  process.umask(former);
});

/** Everything below a folder that somebody else may do something with. */
function openToOthers(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    const isOpen = stat !== undefined && !stat.isSymbolicLink() && (stat.mode & 0o077) !== 0;
    return isOpen ? [`${(stat.mode & 0o777).toString(8)} ${file}`] : [];
  });
}

/** Looks at a folder before each change that a run makes. */
function watching(t: ExecutionContext, place: BackupPlace, folder: string): BackupPlace['context'] {
  const fileSystem = new HookedFileSystem(({ isMutation, operation }) => {
    if (isMutation) t.deepEqual(openToOthers(folder), [], operation);
  });
  return { ...place.context, fileSystem };
}

async function layPrivate(t: ExecutionContext): Promise<BackupPlace> {
  const place = await createBackupPlace(t);
  fs.chmodSync(place.source, 0o700);
  fs.mkdirSync(path.join(place.source, 'appendonlydir'), { mode: 0o700 });
  for (const name of ['dump.rdb', 'appendonlydir/a.aof', 'users.acl']) {
    fs.writeFileSync(path.join(place.source, name), 'secret '.repeat(3000), { mode: 0o600 });
  }
  return place;
}

test('at no moment of a backup or a repair may others read what was private', async (t) => {
  const place = await layPrivate(t);
  const context = watching(t, place, place.repository);
  await place.backup({ context });
  t.is(fs.statSync(place.repository).mode & 0o777, 0o700);
  await place.write('dump.rdb', 'another secret '.repeat(3000));
  fs.appendFileSync(path.join(place.source, 'appendonlydir/a.aof'), 'more');
  fs.rmSync(path.join(place.source, 'users.acl'));
  await place.backup({ context });
  t.true(fs.readdirSync(place.data('increments')).length > 0);

  fs.rmSync(place.data('catalog.sqlite3'));
  fs.writeFileSync(path.join(place.repository, 'dump.rdb'), 'damaged');
  fs.rmSync(place.data('lock.sqlite3'));
  const request = { repository: place.repositoryPath, source: null, waitLockMs: 0 };
  await repair(request, context);
  await place.verify(context);
  t.deepEqual(openToOthers(place.repository), []);
});

test('at no moment of a restore may others read what was private', async (t) => {
  const place = await layPrivate(t);
  await place.backup();
  const { destination } = await place.restore('now');
  t.deepEqual(openToOthers(destination), []);
  fs.rmSync(destination, { recursive: true });
  // The second one goes to a folder that is watched.
  const watched = path.join(place.root, 'watched');
  fs.mkdirSync(watched, { mode: 0o700 });
  const inside = place.withRepository(place.repository);
  const { restore } = await import('../../../src/engine/restore/restore.js');
  const { pathFromText } = await import('../../../src/system/files/byte-path.js');
  const request = {
    repositoryPath: inside.repository,
    time: 'now',
    destination: pathFromText(path.join(watched, 'restored')),
    force: false,
    owner: null,
  };
  await restore(request, watching(t, place, watched));
  t.deepEqual(openToOthers(watched), []);
});
