// The dump of a server that persists nothing belongs to the backup alone. The backup removes the dump at
// its end, and the next backup removes the dump of a killed one. And the space that a dump needs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { backup } from '../../../src/engine/backup/backup.js';
import { NoSpaceError } from '../../../src/errors.js';
import { formatPath } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { isThere } from '../../support/files/is-there.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { succeedCli } from '../../support/program/cli.js';
import { mainScript } from '../../support/program/project-paths.js';
import { createLiveSandbox, untilSaved } from '../../support/redis/live-sandbox.js';
import { saveDump } from '../../support/redis/data/redis-persistence.js';
import { startRedisServer } from '../../support/redis/servers/redis-server.js';
import { startRelay } from '../../support/redis/servers/relay.js';
import { serverRequest } from '../../support/redis/server-request.js';

test('the dump is removed from the source when it is in the snapshot', async (t) => {
  const { sandbox, server, backup: take } = await createLiveSandbox(t);
  await server.client.set('key', 'value');
  await take();
  t.deepEqual(await readdir(sandbox.source), []);
  t.true(isThere(sandbox.inMirror('dump.rdb')), 'dump.rdb');
  t.false(isThere(sandbox.data('temporary-dump')), 'temporary-dump');
  // Again: nothing was there before this time either.
  await take();
  t.deepEqual(await readdir(sandbox.source), []);
});

test('--keep-dump leaves it, and one that was there before is left as well', async (t) => {
  const { sandbox, server, backup: take } = await createLiveSandbox(t);
  await server.client.set('key', 'value');
  await take({ keepDump: true });
  t.deepEqual(await readdir(sandbox.source), ['dump.rdb']);
  await take();
  t.deepEqual(await readdir(sandbox.source), ['dump.rdb']);
});

test('a server that keeps dumps keeps this one too', async (t) => {
  const { sandbox, server, backup: take } = await createLiveSandbox(t, { save: '3600 1' });
  await server.client.set('key', 'value');
  await take();
  t.deepEqual(await readdir(sandbox.source), ['dump.rdb']);
});

test('a backup that is killed leaves its dump to the next one to remove', async (t) => {
  t.timeout(120_000, 'the server was not asked to save');
  const { sandbox, server } = await createLiveSandbox(t);
  const { client } = server;
  for (let key = 0; key < 20; key += 1) await client.set(`key${key}`, 'x');
  await client.config('SET', 'rdb-key-save-delay', '50000');
  // Without the reply to BGSAVE the backup cannot go on, however late it is killed.
  const relay = await startRelay(t, server.port, {
    isWithheld: (command) => command.includes('BGSAVE'),
  });
  const args = ['backup', '-p', String(relay.port), sandbox.repository];
  const child = spawn(process.execPath, [mainScript, ...args], { stdio: 'ignore' });
  const closed = once(child, 'close');
  t.teardown(() => child.kill('SIGKILL'));
  const ended = await Promise.race([relay.withheld, closed]);
  t.is(ended, undefined, 'the backup ended before it asked for a save');
  child.kill('SIGKILL');
  await closed;
  await untilSaved(server);
  t.deepEqual(await readdir(sandbox.source), ['dump.rdb']);
  t.true(isThere(sandbox.data('temporary-dump')), 'temporary-dump');
  await client.config('SET', 'rdb-key-save-delay', '0');
  await succeedCli(['backup', '-p', String(server.port), sandbox.repository]);
  t.deepEqual(await readdir(sandbox.source), []);
  t.false(isThere(sandbox.data('temporary-dump')), 'temporary-dump');
});

test('a dump left by a killed backup is the server’s own once the server keeps dumps', async (t) => {
  const { sandbox, server, backup: take } = await createLiveSandbox(t);
  await server.client.set('key', 'value');
  await take();
  await writeFile(sandbox.data('temporary-dump'), `${sandbox.source}/dump.rdb\n`);
  await saveDump(server);
  await server.client.config('SET', 'save', '3600 1');
  await take();
  t.deepEqual(await readdir(sandbox.source), ['dump.rdb']);
  t.false(isThere(sandbox.data('temporary-dump')), 'temporary-dump');
});

test('a note of a repository from elsewhere does not make the server’s dump a leftover', async (t) => {
  for (const save of ['auto', 'none']) {
    const { sandbox, server, backup: take } = await createLiveSandbox(t);
    await server.client.set('key', 'value');
    await take();
    await saveDump(server);
    await writeFile(sandbox.data('temporary-dump'), `${sandbox.source}/dump.rdb\n`);
    await take({ save });
    t.deepEqual(await readdir(sandbox.source), ['dump.rdb'], save);
    t.false(isThere(sandbox.data('temporary-dump')), 'temporary-dump');
  }
});

test('the dump is removed where the directory is reached through a link', async (t) => {
  const root = await temporaryDirectory(t);
  const directory = join(root, 'data');
  const link = join(root, 'link');
  await mkdir(directory);
  await symlink('data', link);
  const server = await startRedisServer({ directory: link });
  t.teardown(async () => server.stop());
  await server.client.set('key', 'value');
  const repository = join(root, 'repository');
  for (const source of [[], [link], [directory]]) {
    await succeedCli(['backup', '-p', String(server.port), ...source, repository]);
    t.deepEqual(await readdir(directory), []);
    t.true(isThere(join(repository, 'dump.rdb')));
  }
});

test('a journal that was cut off while it was written names no dump', async (t) => {
  const { sandbox, server, backup: take } = await createLiveSandbox(t);
  await server.client.set('key', 'value');
  await take({ keepDump: true });
  await writeFile(sandbox.data('temporary-dump'), `${sandbox.source}/dum`);
  await take();
  t.deepEqual(await readdir(sandbox.source), ['dump.rdb']);
});

test('without room for the dump the server is not asked to save, unless --force is given', async (t) => {
  const { sandbox, server } = await createLiveSandbox(t, { save: '3600 1' });
  await server.client.set('key', 'value');
  class FullSource extends RealFileSystem {
    override freeBytes(path: Parameters<RealFileSystem['freeBytes']>[0]): number {
      return formatPath(path) === sandbox.source ? 1000 : super.freeBytes(path);
    }
  }
  const context = { ...sandbox.context, fileSystem: new FullSource() };
  const request = {
    ...sandbox.backupRequest(),
    namedSource: null,
    serverRequest: serverRequest(server.port),
  };
  const error = await t.throwsAsync(backup(request, context), { instanceOf: NoSpaceError });
  t.regex(error?.message ?? '', /^not enough space for a new dump in '/);
  t.deepEqual(await readdir(sandbox.source), []);
  await backup({ ...request, force: true }, context);
  t.deepEqual(await readdir(sandbox.source), ['dump.rdb']);
});
