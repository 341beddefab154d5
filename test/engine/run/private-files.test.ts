// Private files stay private. At every moment of a backup, a restore and a repair our folders are 0700, and
// no file has a wider mode than its file in SOURCE, whatever the umask.
import * as fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { repair } from '../../../src/engine/repair/repair.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

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
function watching(t: ExecutionContext, sandbox: Sandbox, folder: string): Sandbox['context'] {
  const fileSystem = new HookedFileSystem(({ isMutation, operation }) => {
    if (isMutation) t.deepEqual(openToOthers(folder), [], operation);
  });
  return { ...sandbox.context, fileSystem };
}

async function layPrivate(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  fs.chmodSync(sandbox.source, 0o700);
  fs.mkdirSync(sandbox.inSource('appendonlydir'), { mode: 0o700 });
  for (const name of ['dump.rdb', 'appendonlydir/a.aof', 'users.acl']) {
    fs.writeFileSync(sandbox.inSource(name), 'secret '.repeat(3000), { mode: 0o600 });
  }
  return sandbox;
}

test('private files stay private at every moment of a backup and of a repair', async (t) => {
  const sandbox = await layPrivate(t);
  const context = watching(t, sandbox, sandbox.repository);
  await sandbox.backup({ context });
  t.is(fs.statSync(sandbox.repository).mode & 0o777, 0o700);
  await sandbox.write('dump.rdb', 'another secret '.repeat(3000));
  fs.appendFileSync(sandbox.inSource('appendonlydir/a.aof'), 'more');
  fs.rmSync(sandbox.inSource('users.acl'));
  await sandbox.backup({ context });
  t.not(fs.readdirSync(sandbox.data('increments')).length, 0);

  fs.rmSync(sandbox.data('catalog.sqlite3'));
  fs.writeFileSync(sandbox.inMirror('dump.rdb'), 'damaged');
  fs.rmSync(sandbox.data('lock.sqlite3'));
  const request = { repository: sandbox.repositoryPath, source: null, waitLockMs: 0 };
  await repair(request, context);
  await sandbox.verify({ context });
  t.deepEqual(openToOthers(sandbox.repository), []);
});

test('private files stay private at every moment of a restore', async (t) => {
  const sandbox = await layPrivate(t);
  await sandbox.backup();
  const { destination } = await sandbox.restore();
  t.deepEqual(openToOthers(destination), []);
  fs.rmSync(destination, { recursive: true });
  // The second one goes to a folder that is watched.
  const watched = sandbox.at('watched');
  fs.mkdirSync(watched, { mode: 0o700 });
  const inside = sandbox.withRepository(sandbox.repository);
  const { restore } = await import('../../../src/engine/restore/restore.js');
  const { pathFromText } = await import('../../../src/system/files/byte-path.js');
  const request = {
    repositoryPath: inside.repository,
    time: 'now',
    destination: pathFromText(path.join(watched, 'restored')),
    force: false,
    isDirectoryNamed: false,
    setDestination: false,
    owner: null,
  };
  await restore(request, watching(t, sandbox, watched));
  t.deepEqual(openToOthers(watched), []);
});
