// Makes fixtures/repositories/v<format>: small repositories as this program writes them today, to be
// opened for ever, each with a manifest of what its snapshots hold. Only ever adds: a fixture that
// exists is not replaced. Needs root, for owners; fixtures/README.md says how to run it.
import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { FORMAT_VERSION } from '../../../src/catalog/schema.js';
import { pathFromBytes } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { layNight } from '../redis/data/redis-nights.js';
import {
  type Hook,
  HookedFileSystem,
  ProcessDied,
  systemFailure,
} from '../files/hooked-file-system.js';
import { fixturePath } from '../program/project-paths.js';
import { SeededRandom } from '../program/seeded-random.js';
import { withRedisServer } from '../redis/servers/redis-server.js';
import { type RepositoryManifest, remarksOf } from './repository-fixtures.js';
import { serverRequest } from '../redis/server-request.js';
import { type Tree, readTree } from '../files/directory-tree.js';
import { Sandbox } from '../sandbox/sandbox.js';

/** Snapshots name their SOURCE, so it has the same name wherever this runs. */
const HOME = '/srv/redis-rewind-fixture';
const ALSO = `${HOME}/etc/redis.conf`;
const FIRST_MS = Date.UTC(2030, 4, 1, 3);
const DAY_SECONDS = 86_400;
const HOST = 'fixture-host';

const run = promisify(execFile);
const out = process.argv[2] ?? fixturePath('repositories', `v${FORMAT_VERSION}`);
await mkdir(out, { recursive: true });
await makeFixture(
  'redis-nights',
  'four nights of a Redis server, a file stale on the last',
  nights,
);
await makeFixture('cut-off', 'the second backup was cut off after its commit', cutOff);
await makeFixture('live-server', 'two backups of a running server, with its AOF on', liveServer);
await makeFixture(
  'thinned',
  'nights gone from the middle and the old end, with pins, tags, and alarms',
  thinned,
);
await makeFixture(
  'removal-cut-off',
  'a removal was cut off after its first transaction',
  removalCutOff,
);

async function makeFixture(
  shape: string,
  story: string,
  record: (sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  // Fails where it exists: somebody else's, or what a run that was cut off left.
  await mkdir(HOME);
  try {
    await mkdir(path.join(out, shape));
    const sandbox = new Sandbox(HOME, { records: true, examines: true, stepSeconds: DAY_SECONDS });
    sandbox.context.setTime(FIRST_MS - DAY_SECONDS * 1000);
    await mkdir(sandbox.source);
    await record(sandbox);
    const remarks = sandbox.list().map(remarksOf);
    const kept = new Set(remarks.map(({ id }) => id));
    const manifest: RepositoryManifest = {
      formatVersion: FORMAT_VERSION,
      story,
      snapshots: sandbox.recorded.filter(({ id }) => kept.has(id)),
      remarks,
    };
    await writeFile(
      path.join(out, shape, 'manifest.json'),
      `${JSON.stringify(manifest, null, 2)}\n`,
    );
    await pack(sandbox.repository, path.join(out, shape, 'repository.tar'));
  } finally {
    await rm(HOME, { recursive: true });
  }
}

/** In the pax format, which keeps nanoseconds, and the same bytes for the same tree. */
async function pack(repository: string, archive: string): Promise<void> {
  await run('tar', [
    '--format=posix',
    '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
    '--numeric-owner',
    '--sort=name',
    '-cf',
    archive,
    '-C',
    repository,
    '.',
  ]);
}

/** Real dumps and AOFs, and beside them everything else that a directory may hold. */
async function nights(sandbox: Sandbox): Promise<void> {
  const at = (...names: string[]): string => sandbox.inSource('extras', ...names);
  await mkdir(path.dirname(ALSO));
  await writeFile(ALSO, 'appendonly yes\n', { mode: 0o640 });
  for (const night of [1, 2, 3, 4]) {
    const before = await readTree(HOME);
    if (night < 4) await layNight(sandbox.source, night);
    if (night === 1) {
      await mkdir(at('empty'), { recursive: true });
      await chmod(at('empty'), 0o2770);
      await symlink('../dump.rdb', at('latest'));
      await writeFile(at('changeling'), 'a file, then a folder, then a link\n');
      await writeFile(at('first-name'), 'renamed on the third night\n'.repeat(100));
      await writeFile(Buffer.concat([Buffer.from(at('caf')), Buffer.of(0xe9)]), 'not UTF-8\n');
      await writeFile(at('notes'), 'first\n', { mode: 0o600 });
    } else if (night === 2) {
      await rm(at('changeling'));
      await mkdir(at('changeling'));
      await writeFile(at('changeling', 'within'), 'in a folder for one night\n');
      await appendFile(ALSO, 'save 60 1\n');
    } else if (night === 3) {
      await rm(at('changeling'), { recursive: true });
      await symlink('empty', at('changeling'));
      await rename(at('first-name'), at('second-name'));
      await chmod(at('empty'), 0o700);
    } else {
      await writeFile(at('notes'), 'of the fourth night, which nobody can read\n');
    }
    await stamp(before, night);
    await backUp(sandbox, night === 4 ? [at('notes')] : []);
  }
  // From format 2 on the result is kept.
  sandbox.context.advance(3600);
  await sandbox.verify();
}

async function cutOff(sandbox: Sandbox): Promise<void> {
  const at = (...names: string[]): string => sandbox.inSource(...names);
  let before: Tree = {};
  for (const night of [1, 2]) {
    await writeFile(at('temp'), `${'the dump\n'.repeat(200)}of night ${night}\n`);
    await rename(at('temp'), at('dump.rdb'));
    if (night === 1) await writeFile(at('folder'), 'a file at first\n');
    else {
      await rm(at('folder'));
      await mkdir(at('folder'));
      await writeFile(at('folder', 'within'), 'in the folder\n');
    }
    await stamp(before, night);
    before = await readTree(HOME);
    if (night === 1) await backUp(sandbox, []);
  }
  let renames = 0;
  const fileSystem = smallDisk((call) => {
    if (call.operation !== 'rename' && call.operation !== 'makeDirectory') return;
    renames += 1;
    // The first step puts the old file aside; the next never comes.
    if (renames > 1) throw systemFailure(call, 'EIO');
  });
  const { notes } = await sandbox.backup({
    context: { fileSystem, hostName: HOST },
  });
  if (!notes.some(({ kind }) => kind === 'unfinished')) throw new Error('it was not cut off');
}

/** What a server says and what is found in its files is new in every run. */
async function liveServer(sandbox: Sandbox): Promise<void> {
  const options = { directory: sandbox.source, appendOnly: true, save: '3600 1' };
  await withRedisServer(options, async ({ client, port }) => {
    for (const night of [1, 2]) {
      await client.rpush('nights', String(night));
      await client.set(`until-${night}`, 'x', 'EXAT', 4_102_444_800);
      await client.select(night);
      await client.hset('hash', 'night', night);
      await client.select(0);
      await sandbox.backup({
        context: { fileSystem: smallDisk(), hostName: HOST },
        server: serverRequest(port),
      });
      const made = sandbox.snapshot(night);
      // The server has saved for the backup, and has done nothing since.
      sandbox.recorded.splice(-1, 1, { ...made, tree: await readTree(sandbox.source) });
    }
  });
}

/** The only shape with a reserve, which is 1 MiB. */
async function thinned(sandbox: Sandbox): Promise<void> {
  await layThinningNights(sandbox);
  await sandbox.remark(2, { kind: 'pin', note: 'before the upgrade to 7.0' });
  await sandbox.remark(4, { kind: 'tag', name: 'after-upgrade' });
  await sandbox.remark(6, { kind: 'confirm' });
  sandbox.context.advance(3600);
  await sandbox.thin({ ids: [1, 3, 5] });
  const before = await readTree(HOME);
  await writeFile(sandbox.inSource('dump.rdb'), '');
  await stamp(before, 7);
  await sandbox.backup({ context: { hostName: HOST }, tags: ['flushed', 'nightly'] });
}

async function removalCutOff(sandbox: Sandbox): Promise<void> {
  await layThinningNights(sandbox);
  await sandbox.remark(6, { kind: 'confirm' });
  let deleted = 0;
  const fileSystem = smallDisk((call) => {
    if (call.operation !== 'unlink' || !call.path.includes('/increments/')) return;
    deleted += 1;
    // The snapshots are dropped. What only they needed goes in part, and nothing is composed.
    if (deleted > 1) throw new ProcessDied();
  });
  try {
    await sandbox.thin({ ids: [2, 4], force: true, context: { fileSystem } });
  } catch (error) {
    if (error instanceof ProcessDied) return;
    throw error;
  }
  throw new Error('it was not cut off');
}

/** Six nights. On the sixth a dump is far too small, so that there is an alarm. */
async function layThinningNights(sandbox: Sandbox): Promise<void> {
  const at = (...names: string[]): string => sandbox.inSource(...names);
  const random = new SeededRandom('fixture of a removal');
  const dump = random.bytes(20_000);
  let before: Tree = {};
  for (const night of [1, 2, 3, 4, 5, 6]) {
    random.bytes(100).copy(dump, night * 3000);
    await writeFile(at('dump.rdb'), night === 6 ? dump.subarray(0, 4000) : dump);
    await writeFile(at('returns'), night % 3 === 2 ? 'another' : 'the same');
    await writeFile(at('other'), night === 4 ? random.bytes(5000) : `of night ${night}`);
    if (night === 3) await writeFile(at('short-lived'), 'for one night');
    if (night === 4) await rm(at('short-lived'));
    await stamp(before, night);
    before = await readTree(HOME);
    await sandbox.backup({
      context: { fileSystem: smallDisk(), hostName: HOST },
      tags: night === 2 ? ['nightly'] : [],
    });
  }
}

/** The real file system, on which a reserve has no room. */
function smallDisk(hook: Hook = () => {}): HookedFileSystem {
  const fileSystem = new HookedFileSystem(hook);
  fileSystem.free = 3 * 2 ** 20;
  return fileSystem;
}

/** @param unreadable files of which the snapshot keeps what the one before it has */
async function backUp(sandbox: Sandbox, unreadable: readonly string[]): Promise<void> {
  const fileSystem = smallDisk((call) => {
    if (call.operation === 'read' && unreadable.includes(call.path)) {
      throw systemFailure(call, 'EIO');
    }
  });
  await sandbox.backup({
    context: { fileSystem, hostName: HOST },
    also: (await readTree(HOME))['etc/redis.conf'] === undefined ? [] : [ALSO],
  });
  const [before, made] = sandbox.recorded.slice(-2);
  if (before === undefined || made === undefined) return;
  const kept = unreadable.map((file) => {
    const name = path.relative(sandbox.source, file);
    return [name, before.tree[name]];
  });
  sandbox.recorded.splice(-1, 1, {
    ...made,
    tree: { ...made.tree, ...(Object.fromEntries(kept) as Tree) },
  });
}

/** Gives what is new since `before` a time of that night, another one for each entry. */
async function stamp(before: Tree, night: number): Promise<void> {
  const nightNs = BigInt(FIRST_MS + (night - 1) * DAY_SECONDS * 1000 - 3_600_000) * 1_000_000n;
  const changed = Object.entries(await readTree(HOME)).filter(([name, { mtimeNs }]) => {
    const isOfRepository = name === 'repository' || name.startsWith('repository/');
    return !isOfRepository && before[name]?.mtimeNs !== mtimeNs;
  });
  const unset = new RealFileSystem().setModificationTimes(
    changed
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name], index) => ({
        path: pathFromBytes(Buffer.from(`${HOME}/${name}`, 'latin1')),
        mtimeNs: nightNs + BigInt(index) * 1_000_000_001n,
      })),
  );
  if (unset.length > 0) throw new Error(`times could not be set: ${unset.join(', ')}`);
}
