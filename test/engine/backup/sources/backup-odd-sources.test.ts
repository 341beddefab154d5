// What cannot be taken of SOURCE, or has no place in the mirror, is left out and named. Everything else is in
// the snapshot, and later runs go well.
import test from 'ava';
import * as fs from 'node:fs/promises';
import type { BackupReport } from '../../../../src/engine/backup/backup-report.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import {
  type FileSystemCall,
  type Hook,
  HookedFileSystem,
  failing,
  systemFailure,
} from '../../../support/files/hooked-file-system.js';
import { lookNames } from '../../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../../support/sandbox/sandbox.js';

async function backupHooked(sandbox: Sandbox, hook: Hook): Promise<BackupReport> {
  return sandbox.backup({ context: { fileSystem: new HookedFileSystem(hook) } });
}

async function createSource(t: Parameters<typeof createSandbox>[0]): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  return sandbox;
}

for (const errno of ['ENOSYS', 'EPERM', 'ENOTSUP', 'ENAMETOOLONG']) {
  test(`a link that the repository's file system cannot have (${errno}) is left out and named`, async (t) => {
    const sandbox = await createSource(t);
    await fs.symlink('dump.rdb', sandbox.inSource('link'));
    const hook = failing(errno, ({ operation }) => operation === 'makeLink');
    for (let night = 0; night < 2; night += 1) {
      const { notes } = await backupHooked(sandbox, hook);
      t.deepEqual(lookNames(notes), ['left-out link']);
      t.deepEqual(Object.keys(sandbox.files()), ['.', 'dump.rdb']);
      t.deepEqual((await sandbox.verify()).problems, []);
    }
    t.deepEqual((await sandbox.backup()).notes, []);
    t.is(sandbox.files()['link']?.linkTarget, 'dump.rdb');
  });
}

test('a file that is too large for the repository (EFBIG) keeps its last version, and others are taken', async (t) => {
  const sandbox = await createSource(t);
  await sandbox.write('large', 'small yet');
  await sandbox.backup();
  await sandbox.write('large', 'too large by now');
  await sandbox.write('new', 'new');
  let hasStruck = false;
  const { notes } = await backupHooked(sandbox, (call) => {
    if (hasStruck || call.operation !== 'write' || !call.path.includes('/staging/')) return;
    hasStruck = true;
    throw systemFailure(call, 'EFBIG');
  });
  t.deepEqual(lookNames(notes), ['stale large']);
  t.regex(notes[0]?.message ?? '', /too large for the repository: cannot write .*: file too large/);
  t.is(await sandbox.read('large'), 'small yet');
  t.is(await sandbox.read('new'), 'new');
  t.deepEqual((await sandbox.backup()).notes, []);
  t.is(await sandbox.read('large'), 'too large by now');
});

for (const errno of ['ESTALE', 'EIO', 'EUCLEAN', 'ENOKEY', 'EDQUOT', 'E524']) {
  test(`${errno} of one folder of SOURCE leaves that folder out, and nothing else`, async (t) => {
    const sandbox = await createSource(t);
    await sandbox.write('folder/file', 'file');
    const meant = sandbox.inSource('folder');
    const hook = failing(errno, ({ operation, path }) => operation === 'list' && path === meant);
    const { notes } = await backupHooked(sandbox, hook);
    t.deepEqual(lookNames(notes), ['unreadable folder']);
    t.is(await sandbox.read('dump.rdb'), 'the dump');
  });
}

function leased(sandbox: Sandbox, isFree: () => boolean): Hook {
  const meant = sandbox.inSource('dump.rdb');
  return failing(
    'EAGAIN',
    ({ operation, path }: FileSystemCall) => operation === 'open' && path === meant && !isFree(),
  );
}

test('a file under a lease is tried again until its holder has let go', async (t) => {
  const sandbox = await createSource(t);
  let tries = 0;
  const hook = leased(sandbox, () => {
    tries += 1;
    return tries > 5;
  });
  t.deepEqual((await backupHooked(sandbox, hook)).notes, []);
  t.is(await sandbox.read('dump.rdb'), 'the dump');
});

test('leases that are never given back cost a run a minute in all, and keep nothing else out', async (t) => {
  const sandbox = await createSource(t);
  await sandbox.write('other', 'other');
  let nowMs = 0;
  const clock = {
    nowMs: () => sandbox.context.clock.nowMs(),
    monotonicMs: () => {
      nowMs += 10_000;
      return nowMs;
    },
  };
  let tries = 0;
  const hook = leased(sandbox, () => {
    tries += 1;
    return false;
  });
  const fileSystem = new HookedFileSystem(hook);
  const { notes } = await sandbox.backup({ context: { fileSystem, clock } });
  t.deepEqual(lookNames(notes), ['left-out dump.rdb']);
  t.regex(notes[0]?.message ?? '', /another program has locked it/);
  t.true(tries > 1 && tries < 10, `${tries}`);
  t.is(await sandbox.read('other'), 'other');
});

test('files of holes that say more bytes than there is room for are left out, and others are taken', async (t) => {
  const sandbox = await createSource(t);
  for (const name of ['hole', 'hole2']) {
    await sandbox.write(name, '');
    await fs.truncate(sandbox.inSource(name), 2 ** 42);
  }
  const fileSystem = new HookedFileSystem();
  fileSystem.free = 2 ** 40;
  for (let night = 0; night < 2; night += 1) {
    const { notes } = await sandbox.backup({ context: { fileSystem } });
    t.deepEqual(lookNames(notes), ['left-out hole', 'left-out hole2']);
    t.is(await sandbox.read('dump.rdb'), 'the dump');
  }
});

test('a file of data that has no room still ends the backup', async (t) => {
  const sandbox = await createSource(t);
  await sandbox.write('data', Buffer.alloc(2 ** 20, 'data'));
  const fileSystem = new HookedFileSystem();
  fileSystem.free = 2 ** 19;
  await t.throwsAsync(sandbox.backup({ context: { fileSystem } }), { name: 'NoSpaceError' });
});

/** As a file system that takes no `:` in a name. */
const noColons = failing('EINVAL', ({ operation, path }) => {
  const isMade = operation === 'open' || operation === 'rename' || operation === 'makeDirectory';
  return isMade && path.includes('/redis-rewind-data/staging/names/') && path.includes(':');
});

test('a name that the repository takes not is left out before the commit, with all below it', async (t) => {
  const sandbox = await createSource(t);
  await sandbox.write('a:b', 'file');
  await sandbox.write('c:d/below', 'file');
  await sandbox.write('c:d/beside', 'file');
  for (let night = 0; night < 2; night += 1) {
    const { notes } = await backupHooked(sandbox, noColons);
    t.deepEqual(lookNames(notes), ['left-out a:b', 'left-out c:d']);
    t.deepEqual(Object.keys(sandbox.files()), ['.', 'dump.rdb']);
    t.deepEqual(await fs.readdir(sandbox.data('staging')), ['new', 'old']);
  }
  t.deepEqual((await sandbox.backup()).notes, []);
  t.is(await sandbox.read('c:d/below'), 'file');
});

test('of two names that differ in case alone, one is left out where the repository has one place for both', async (t) => {
  const sandbox = await createSource(t);
  await sandbox.write('DUMP.rdb', 'another');
  await sandbox.write('folder/x', 'x');
  await sandbox.write('Folder/x', 'X');
  class Folding extends HookedFileSystem {
    override stat(path: Parameters<HookedFileSystem['stat']>[0]) {
      return super.stat(path.endsWith('/names/A') ? pathFromText(path.replace(/A$/, 'a')) : path);
    }
  }
  const { notes } = await sandbox.backup({ context: { fileSystem: new Folding() } });
  t.deepEqual(lookNames(notes), ['left-out dump.rdb', 'left-out folder']);
  t.is(await sandbox.read('DUMP.rdb'), 'another');
  t.deepEqual((await sandbox.verify()).problems, []);
  t.deepEqual((await sandbox.backup()).notes, []);
  t.is(await sandbox.read('folder/x'), 'x');
});

test('names of 255 bytes, of any bytes but two, are backed up, changed, repaired and restored', async (t) => {
  const sandbox = await createSource(t);
  const names = [
    'n'.repeat(255),
    `${'ä'.repeat(127)}x`,
    `-${'\u0001'.repeat(254)}`,
    ` .${'.'.repeat(200)}`,
  ];
  for (const name of names) await sandbox.write(`${name}/${name}`, 'first');
  const odd = Buffer.concat([Buffer.from(`${sandbox.source}/`), Buffer.alloc(255, 0xff)]);
  await fs.writeFile(odd, 'odd');
  t.deepEqual((await sandbox.backup()).notes, []);
  for (const name of names) await sandbox.write(`${name}/${name}`, 'second time');
  const report = await sandbox.backup();
  t.deepEqual([report.notes, report.changedFiles], [[], names.length]);
  t.deepEqual((await sandbox.repair()).notes, []);
  t.deepEqual((await sandbox.verify()).problems, []);
  const { destination } = await sandbox.restore({ time: '1B' });
  for (const name of names) {
    t.is(await fs.readFile(`${destination}/${name}/${name}`, 'utf8'), 'first');
  }
});

test('few files are open at once, however slowly the disk syncs the increments of many', async (t) => {
  const sandbox = await createSource(t);
  const names = Array.from({ length: 80 }, (_, n) => `file${n}`);
  for (const name of names) await sandbox.write(name, name);
  await sandbox.backup();
  for (const name of names) await sandbox.append(name, ' grown');
  class SlowFileSystem extends HookedFileSystem {
    openNow = 0;
    mostOpen = 0;
    override open(...args: Parameters<HookedFileSystem['open']>) {
      const file = super.open(...args);
      this.openNow += 1;
      this.mostOpen = Math.max(this.mostOpen, this.openNow);
      return file;
    }
    override close(file: number): void {
      super.close(file);
      this.openNow -= 1;
    }
    override async syncInBackground(file: number): Promise<void> {
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
      await super.syncInBackground(file);
    }
    /** Mirror files alone are synced at once. */
    override sync(): void {}
  }
  const fileSystem = new SlowFileSystem();
  t.is((await sandbox.backup({ context: { fileSystem } })).changedFiles, names.length);
  t.true(fileSystem.mostOpen < 40, `${fileSystem.mostOpen}`);
  t.is(fileSystem.openNow, 0);
});
