// A repository in which this user may not write, or not everywhere: one line that names the place, with a hint, and never in
// SQLite's words.
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { mountMemory, remount } from '../../support/files/mounted.js';
import { asRoot } from '../../support/program/as-root.js';
import { runCli, succeedCli } from '../../support/program/cli.js';

const run = promisify(execFile);
const USER = { uid: 65_534, gid: 65_534 };

interface Place {
  readonly source: string;
  readonly repository: string;
  readonly data: string;
}

/** A repository with one snapshot, of the user. */
async function makePlace(t: ExecutionContext, user: typeof USER | null): Promise<Place> {
  const directory = await temporaryDirectory(t);
  const at = (name: string): string => path.join(directory, name);
  await mkdir(at('source'));
  await writeFile(at('source/dump.rdb'), 'no dump');
  if (user !== null) await run('chown', ['-R', `${user.uid}:${user.gid}`, directory]);
  const line = ['backup', '--no-examine', at('source'), at('repository')];
  await succeedCli(line, user ?? {});
  return {
    source: at('source'),
    repository: at('repository'),
    data: at('repository/redis-rewind-data'),
  };
}

const RUN_AS = 'hint: run as root, or as a user who may read and write there\n';

const DENIED: Readonly<Record<string, { place: string; mode: number; says: string }>> = {
  'the catalog may not be written': {
    place: 'catalog.sqlite3',
    mode: 0o444,
    says: "cannot write 'DATA/catalog.sqlite3': permission denied",
  },
  'our folder may not be written': {
    place: '',
    mode: 0o555,
    says: "cannot write in 'DATA': permission denied",
  },
};

for (const [title, { place, mode, says }] of Object.entries(DENIED)) {
  asRoot(`${title}: a backup says so, and readers go on`, async (t) => {
    const { source, repository, data } = await makePlace(t, USER);
    await chmod(path.join(data, place), mode);
    const line = ['backup', '--no-examine', source, repository];
    const { code, stderr } = await runCli(line, USER);
    t.is(code, 1, stderr);
    t.is(stderr, `redis-rewind: ${says.replace('DATA', data)}\n${RUN_AS}`);
    await succeedCli(['list', repository], USER);
    await succeedCli(['verify', repository], USER);
    await succeedCli(['restore', repository, `${repository}-restored`], USER);
  });
}

asRoot(
  'a repository on a read-only file system: a backup says so, and readers go on',
  async (t) => {
    const directory = await temporaryDirectory(t);
    const disk = path.join(directory, 'disk');
    const source = path.join(directory, 'source');
    await mkdir(source);
    await writeFile(`${source}/dump.rdb`, 'no dump');
    await mountMemory(t, disk, 8 << 20);
    const line = ['backup', '--no-examine', source, `${disk}/repository`];
    await succeedCli(line);
    await remount(disk, 'ro');
    const { code, stderr } = await runCli(line);
    t.is(code, 1, stderr);
    t.regex(
      stderr,
      /^redis-rewind: cannot \w+ '.*': read-only file system\nhint: find out why that file system is read-only, and run again\n$/,
    );
    await succeedCli(['list', `${disk}/repository`]);
    await succeedCli(['restore', `${disk}/repository`, path.join(directory, 'restored')]);
  },
);

asRoot(
  'REPO is a folder of another user in which this user may write: the line says what to do',
  async (t) => {
    const { source, repository } = await makePlace(t, USER);
    const shared = `${repository}-shared`;
    await mkdir(shared);
    await chown(shared, 1, USER.gid);
    await chmod(shared, 0o2775);
    const { code, stderr } = await runCli(['backup', '--no-examine', source, shared], USER);
    t.is(code, 1, stderr);
    t.is(
      stderr,
      `redis-rewind: cannot make private '${shared}': it belongs to another user, or its file system has no owners\nhint: name a folder in it that does not exist yet, such as '${shared}/redis', or run as its owner\n`,
    );
    t.deepEqual(await readdir(shared), []);
    await succeedCli(['backup', '--no-examine', source, `${shared}/redis`], USER);
  },
);

test('damage of the catalog is told in our words', async (t) => {
  const { repository, data } = await makePlace(t, null);
  const catalog = path.join(data, 'catalog.sqlite3');
  const whole = await readFile(catalog);
  const says = async (): Promise<string> => {
    const { code, stderr } = await runCli(['list', repository]);
    t.is(code, 20, stderr);
    return stderr.split('\n')[0] ?? '';
  };
  await writeFile(catalog, Buffer.alloc(whole.length, 'no database'));
  t.is(await says(), `redis-rewind: '${catalog}' is damaged: it does not begin like a database`);
  await writeFile(catalog, whole);
  await truncate(catalog, 8192);
  t.is(await says(), `redis-rewind: '${catalog}' is damaged: its pages contradict each other`);
});
