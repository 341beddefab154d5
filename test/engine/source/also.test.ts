import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { NestedPathsError, UsageError } from '../../../src/errors.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { HookedFileSystem, systemFailure } from '../../support/files/hooked-file-system.js';
import { isThere } from '../../support/files/is-there.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

interface Beside {
  readonly sandbox: Sandbox;
  readonly etc: string;
  /** Where something of `etc` stands in a snapshot. */
  readonly kept: (name: string) => string;
}

async function createBeside(t: Parameters<typeof createSandbox>[0]): Promise<Beside> {
  const sandbox = await createSandbox(t);
  const etc = sandbox.at('etc');
  await fs.mkdir(path.join(etc, 'redis/users'), { recursive: true });
  await fs.writeFile(path.join(etc, 'redis/redis.conf'), 'dir /var/lib/redis\n', { mode: 0o640 });
  await fs.writeFile(path.join(etc, 'redis/users/users.acl'), 'user default on\n');
  await sandbox.write('dump.rdb', 'x');
  return { sandbox, etc, kept: (name) => path.join('redis-rewind-data/also', etc, name) };
}

test('a file named by --also is kept under its own path, and restored by it', async (t) => {
  const { sandbox, etc, kept } = await createBeside(t);
  const file = path.join(etc, 'redis/redis.conf');
  t.deepEqual(lookNames((await sandbox.backup({ also: [file] })).notes), []);
  t.is(await sandbox.read(kept('redis/redis.conf')), 'dir /var/lib/redis\n');
  t.is(sandbox.files()[kept('redis/redis.conf')]?.mode, '0640');
  t.is(sandbox.files()[kept('redis/users/users.acl')], undefined);
  const tree = await sandbox.restoredTree({ path: kept('redis/redis.conf') });
  t.deepEqual(treeDifferences(await readTree(file), tree), []);
});

test('a folder named by --also is kept whole', async (t) => {
  const { sandbox, etc, kept } = await createBeside(t);
  await sandbox.backup({ also: [path.join(etc, 'redis')] });
  const tree = await sandbox.restoredTree({ path: kept('redis') });
  t.deepEqual(treeDifferences(await readTree(path.join(etc, 'redis')), tree), []);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a restore of everything leaves out what --also added', async (t) => {
  const { sandbox, etc } = await createBeside(t);
  await sandbox.backup({ also: [path.join(etc, 'redis')] });
  t.deepEqual(treeDifferences(await readTree(sandbox.source), await sandbox.restoredTree()), []);
});

test('of a link named by --also the target is kept', async (t) => {
  const { sandbox, etc, kept } = await createBeside(t);
  await fs.symlink('redis/redis.conf', path.join(etc, 'current.conf'));
  await sandbox.backup({ also: [path.join(etc, 'current.conf')] });
  t.is(sandbox.files()[kept('current.conf')]?.type, 'file');
  t.is(await sandbox.read(kept('current.conf')), 'dir /var/lib/redis\n');
});

test('an older version of a file named by --also comes back, even when --also no longer names the file', async (t) => {
  const { sandbox, etc, kept } = await createBeside(t);
  const file = path.join(etc, 'redis/redis.conf');
  await sandbox.backup({ also: [file] });
  await fs.writeFile(file, 'dir /srv/redis\n');
  await sandbox.backup({ also: [file] });
  await sandbox.backup();
  t.false(isThere(sandbox.data('also')), 'also');
  for (const [time, text] of [
    ['2B', 'dir /var/lib/redis\n'],
    ['1B', 'dir /srv/redis\n'],
  ] as const) {
    const { destination } = await sandbox.restore({ time, path: kept('redis/redis.conf') });
    t.is(await fs.readFile(destination, 'utf8'), text);
  }
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a missing path named by --also is a warning', async (t) => {
  const { sandbox, etc } = await createBeside(t);
  const missing = path.join(etc, 'redis/sentinel.conf');
  const { notes } = await sandbox.backup({ also: [missing] });
  t.deepEqual(lookNames(notes), [`also-missing ${missing}`]);
});

test('paths named by --also may overlap', async (t) => {
  const { sandbox, etc, kept } = await createBeside(t);
  const folder = path.join(etc, 'redis');
  const file = path.join(folder, 'users/users.acl');
  for (const also of [
    [file, folder],
    [folder, file],
    [folder, folder],
    [file, path.join(folder, 'users'), folder],
  ]) {
    await sandbox.backup({ also });
    const tree = await sandbox.restoredTree({ path: kept('redis') });
    t.deepEqual(treeDifferences(await readTree(folder), tree), [], also.join(' '));
  }
});

test('a path named by --also is kept even where a pattern excludes it', async (t) => {
  const { sandbox, etc, kept } = await createBeside(t);
  const also = [path.join(etc, 'redis/redis.conf')];
  await sandbox.backup({ also, rules: [{ kind: 'exclude', pattern: '*.conf' }] });
  t.is(await sandbox.read(kept('redis/redis.conf')), 'dir /var/lib/redis\n');
});

test('a link in SOURCE to a path named by --also is no warning', async (t) => {
  const { sandbox, etc } = await createBeside(t);
  await fs.symlink(path.join(etc, 'redis/users'), sandbox.inSource('users'));
  t.deepEqual(lookNames((await sandbox.backup({ also: [path.join(etc, 'redis')] })).notes), []);
});

test('--also may not overlap with SOURCE or REPO', async (t) => {
  const { sandbox } = await createBeside(t);
  const inside = sandbox.inSource('dump.rdb');
  await t.throwsAsync(sandbox.backup({ also: [inside] }), { instanceOf: UsageError });
  await t.throwsAsync(sandbox.backup({ also: [sandbox.root] }), { instanceOf: NestedPathsError });
  t.deepEqual(await fs.readdir(sandbox.root), ['etc', 'source']);
});

test('a path of --also whose file server is lost is left out, and nothing else', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  const also = sandbox.at('beside', 'redis.conf');
  await fs.mkdir(sandbox.at('beside'));
  await fs.writeFile(also, 'port 6379');
  let isHeld = false;
  const fileSystem = new HookedFileSystem((call) => {
    isHeld ||= call.path.startsWith(sandbox.source) && call.operation === 'list';
    if (isHeld && call.operation === 'stat' && call.path === also)
      throw systemFailure(call, 'ESTALE');
  });
  const { notes } = await sandbox.backup({ also: [also], context: { fileSystem } });
  t.deepEqual(lookNames(notes), [`unreadable redis-rewind-data/also${also}`]);
  t.is(await sandbox.read('dump.rdb'), 'the dump');
});
