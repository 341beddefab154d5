// What a restore says of what a server would load there, and what a real redis-server then loads.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

import test, { type ExecutionContext } from 'ava';

import type { RestoreReport } from '../../src/engine/restore/restore-report.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { runCli, succeedCli } from '../support/program/cli.js';
import { saveDump, settlePersistence } from '../support/redis/data/redis-persistence.js';
import { type RedisServer, withRedisServer } from '../support/redis/servers/redis-server.js';

/** Whether the server keeps an AOF. */
type Aof = 'aof on' | 'aof off';

interface Place {
  readonly repository: string;
  readonly at: (name: string) => string;
}

async function makePlace(t: ExecutionContext): Promise<Place> {
  const directory = await temporaryDirectory(t);
  const at = (name: string): string => path.join(directory, name);
  return { repository: at('repository'), at };
}

/** Runs a server in a directory, which is made, gives its key a value, and has it save. */
async function serve(
  directory: string,
  aof: Aof,
  value: string,
  use: (server: RedisServer) => Promise<unknown> = async () => undefined,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await withRedisServer({ directory, appendOnly: aof === 'aof on' }, async (server) => {
    await server.client.set('key', value);
    await saveDump(server);
    await settlePersistence(server);
    await use(server);
  });
}

/** What a server has that starts on a copy of the directory. */
async function loaded(directory: string, aof: Aof): Promise<string | null> {
  const copy = `${directory}-started`;
  await rm(copy, { recursive: true, force: true });
  await cp(directory, copy, { recursive: true });
  return withRedisServer({ directory: copy, appendOnly: aof === 'aof on' }, async ({ client }) =>
    client.get('key'),
  );
}

/** Restores, and returns the notes: `look`, or `info`, and the message. */
async function restore(...operands: readonly string[]): Promise<readonly (readonly string[])[]> {
  const { code, stderr, stdout } = await runCli(['restore', '--json', ...operands]);
  const { notes } = JSON.parse(stdout) as RestoreReport;
  const isLook = notes.some(({ severity }) => severity === 'look');
  if (code !== (isLook ? 3 : 0)) throw new Error(`exit ${code}: ${stderr}`);
  return notes.map(({ kind, severity, message }) => [kind, severity, message]);
}

function looks(message: string): readonly (readonly string[])[] {
  return [['not-loaded', 'look', message]];
}

const MANIFEST = 'appendonlydir/appendonly.aof.manifest';

test('dump.rdb alone, of a snapshot with an AOF, in a new directory: the server starts empty', async (t) => {
  const { repository, at } = await makePlace(t);
  await serve(at('origin'), 'aof on', 'of the snapshot');
  await succeedCli(['backup', at('origin'), repository]);
  t.deepEqual(
    await restore(`${repository}/dump.rdb`, at('new/dump.rdb')),
    looks(
      `'dump.rdb' was restored without the append-only file: a server with 'appendonly yes' in '${at('new')}' starts empty, and then saves over it`,
    ),
  );
  t.is(await loaded(at('new'), 'aof on'), null);
  t.is(await loaded(at('new'), 'aof off'), 'of the snapshot');
});

test('dump.rdb alone over that of a directory with an AOF: the server loads the old AOF', async (t) => {
  const { repository, at } = await makePlace(t);
  const data = at('data');
  await serve(data, 'aof on', 'of the snapshot');
  await succeedCli(['backup', data, repository]);
  await serve(data, 'aof on', 'written since');
  const message = `a server with 'appendonly yes' in '${data}' loads '${MANIFEST}', which was there before, and not the restored 'dump.rdb'`;
  t.deepEqual(
    await restore('--force', `${repository}/dump.rdb`, `${data}/dump.rdb`),
    looks(message),
  );
  t.is(await loaded(data, 'aof on'), 'written since');
  t.is(await loaded(data, 'aof off'), 'of the snapshot');

  // The whole directory needs no warning, over the old one or as a new one.
  t.deepEqual(await restore('--force', repository, data), []);
  t.is(await loaded(data, 'aof on'), 'of the snapshot');
  t.deepEqual(await restore(repository, at('new')), []);
  t.is(await loaded(at('new'), 'aof on'), 'of the snapshot');
});

test('a snapshot without an AOF, restored into a directory with one: the server loads the old AOF', async (t) => {
  const { repository, at } = await makePlace(t);
  await serve(at('origin'), 'aof off', 'of the snapshot', async ({ port }) =>
    succeedCli(['backup', '-p', String(port), repository]),
  );
  await serve(at('data'), 'aof on', 'of the directory');
  const message = `a server with 'appendonly yes' in '${at('data')}' loads '${MANIFEST}', which was there before, and not the restored 'dump.rdb'`;
  t.deepEqual(await restore('--force', repository, at('data')), looks(message));
  t.is(await loaded(at('data'), 'aof on'), 'of the directory');
  t.deepEqual(await restore(repository, at('new')), []);
  t.is(await loaded(at('new'), 'aof off'), 'of the snapshot');
});

test('the AOF alone beside another dump: the server loads the AOF', async (t) => {
  const { repository, at } = await makePlace(t);
  await serve(at('origin'), 'aof on', 'of the snapshot');
  await succeedCli(['backup', at('origin'), repository]);
  await serve(at('data'), 'aof off', 'of the directory');
  t.deepEqual(await restore(`${repository}/appendonlydir`, at('data/appendonlydir')), []);
  t.is(await loaded(at('data'), 'aof on'), 'of the snapshot');
});

test('an AOF of one file: the server loads it, unless there is a set', async (t) => {
  const { repository, at } = await makePlace(t);
  await serve(at('former'), 'aof off', 'of the snapshot');
  await mkdir(at('origin'));
  // Since Redis 4.0 an AOF may begin with a dump.
  await cp(at('former/dump.rdb'), at('origin/appendonly.aof'));
  await cp(at('former/dump.rdb'), at('origin/dump.rdb'));
  await succeedCli(['backup', at('origin'), repository]);
  t.deepEqual(await restore(repository, at('new')), []);
  t.is(await loaded(at('new'), 'aof on'), 'of the snapshot');
  await serve(at('data'), 'aof on', 'of the directory');
  const message = `a server with 'appendonly yes' in '${at('data')}' loads '${MANIFEST}', which was there before, and not the restored 'appendonly.aof'`;
  t.deepEqual(await restore('--force', repository, at('data')), looks(message));
  t.is(await loaded(at('data'), 'aof on'), 'of the directory');

  await mkdir(at('old'));
  await cp(at('origin/appendonly.aof'), at('old/appendonly.aof'));
  const old = `a server with 'appendonly yes' in '${at('old')}' loads 'appendonly.aof', which was there before, and not the restored 'dump.rdb'`;
  t.deepEqual(await restore(`${repository}/dump.rdb`, at('old/dump.rdb')), looks(old));
});

test('the dump after its AOF, in two runs, needs no warning; once the AOF has changed it does', async (t) => {
  const { repository, at } = await makePlace(t);
  await serve(at('origin'), 'aof on', 'of the snapshot');
  await succeedCli(['backup', at('origin'), repository]);
  t.deepEqual(await restore(`${repository}/appendonlydir`, at('new/appendonlydir')), []);
  t.deepEqual(await restore(`${repository}/dump.rdb`, at('new/dump.rdb')), []);
  t.is(await loaded(at('new'), 'aof on'), 'of the snapshot');
  await serve(at('new'), 'aof on', 'written since');
  const [[kind] = []] = await restore('--force', `${repository}/dump.rdb`, at('new/dump.rdb'));
  t.is(kind, 'not-loaded');
});

test('a part of an AOF alone, or its manifest alone, is not what a server loads', async (t) => {
  const { repository, at } = await makePlace(t);
  await serve(at('data'), 'aof on', 'of the snapshot');
  await succeedCli(['backup', at('data'), repository]);
  await serve(at('data'), 'aof on', 'written since');
  for (const name of [
    'appendonly.aof.1.base.rdb',
    'appendonly.aof.1.incr.aof',
    path.basename(MANIFEST),
  ]) {
    const file = `appendonlydir/${name}`;
    for (const to of [at('new'), at('data')]) {
      t.deepEqual(
        await restore('--force', `${repository}/${file}`, `${to}/${file}`),
        looks(
          `'${file}' is a part of an append-only file: without the others, as its manifest names them, a server does not load it, or loads it together with parts of another time`,
        ),
      );
    }
    await rm(at('new'), { recursive: true });
  }
});

test('where the server of the snapshot had its AOF off, only the dump counts', async (t) => {
  const { repository, at } = await makePlace(t);
  await serve(at('data'), 'aof on', 'of the AOF');
  await serve(at('data'), 'aof off', 'of the dump', async ({ port }) =>
    succeedCli(['backup', '-p', String(port), repository]),
  );
  t.deepEqual(await restore(`${repository}/dump.rdb`, at('new/dump.rdb')), []);
  t.is(await loaded(at('new'), 'aof off'), 'of the dump');
  t.deepEqual(await restore('--force', `${repository}/dump.rdb`, at('data/dump.rdb')), []);
  t.is(await loaded(at('data'), 'aof off'), 'of the dump');
  t.deepEqual(
    await restore(`${repository}/appendonlydir`, at('other/appendonlydir')),
    looks(
      `the server of the snapshot had its append-only file off: it loads its dump, and not the restored '${MANIFEST}'`,
    ),
  );
  t.is(await loaded(at('other'), 'aof off'), null);
});

test('where its AOF was on, the set that it named counts, and another one beside it does not', async (t) => {
  const { repository, at } = await makePlace(t);
  await serve(at('origin'), 'aof on', 'of the snapshot', async ({ port }) =>
    succeedCli(['backup', '-p', String(port), repository]),
  );
  await serve(at('data'), 'aof on', 'of the directory');
  await cp(at('data/appendonlydir'), at('data/another'), { recursive: true });
  await rm(at('data/appendonlydir'), { recursive: true });
  t.deepEqual(await restore('--force', repository, at('data')), []);
  t.is(await loaded(at('data'), 'aof on'), 'of the snapshot');

  // Without the word of the server, either may be the one of its settings.
  await succeedCli(['backup', at('origin'), at('unasked')]);
  t.deepEqual(
    await restore('--force', at('unasked'), at('data')),
    looks(
      `'${at('data')}' has the restored '${MANIFEST}', and 'another/appendonly.aof.manifest' from before: a server loads the one that its settings name`,
    ),
  );
});

test('under another name it is only a remark, and a snapshot without any AOF says nothing', async (t) => {
  const { repository, at } = await makePlace(t);
  await serve(at('origin'), 'aof on', 'of the snapshot');
  await succeedCli(['backup', at('origin'), repository]);
  const [[kind, severity] = [], ...others] = await restore(
    `${repository}/dump.rdb`,
    at('dump-of-last-night.rdb'),
  );
  t.deepEqual([kind, severity, others], ['not-loaded', 'info', []]);

  await serve(at('plain'), 'aof off', 'of the snapshot');
  await succeedCli(['backup', at('plain'), at('without')]);
  t.deepEqual(await restore(`${at('without')}/dump.rdb`, at('new/dump.rdb')), []);
  t.true((await readFile(at('new/dump.rdb'))).length > 0);
});

test('the hint names the command that recovers the whole server, whatever the paths are', async (t) => {
  const { at } = await makePlace(t);
  const [repository, folder] = [at("it's a repository"), at('new $HOME')];
  await serve(at('origin'), 'aof on', 'of the snapshot');
  await succeedCli(['backup', at('origin'), repository]);
  const args = ['restore', `${repository}/dump.rdb`, path.join(folder, 'dump.rdb')];
  const { stderr } = await succeedCli(args, { expectedCode: 3 });
  const [, command = ''] =
    /^redis-rewind: warning: 'dump\.rdb' was restored without .*\nhint: restore the whole directory, .*; or let all of it be done: redis-rewind (.*)\n$/.exec(
      stderr,
    ) ?? [];
  const { snapshots } = (await succeedCli(['list', '--json', repository])).json() as {
    readonly snapshots: readonly { readonly time: string }[];
  };
  t.deepEqual(wordsOf(command), [
    'recover',
    '-r',
    snapshots[0]?.time,
    repository,
    '--data-dir',
    folder,
  ]);

  // What was restored to be looked at, or into a folder of SOURCE, is no server's.
  const aside = ['restore', `${repository}/dump.rdb`, at('dump-of-last-night.rdb')];
  t.notRegex((await succeedCli(['-v', ...aside])).stderr, /redis-rewind recover/);
});

/** As a shell takes them. */
function wordsOf(line: string): string[] {
  const output = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return output.split('\0').slice(0, -1);
}
