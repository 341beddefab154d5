// Files with several names that belong to somebody else: left out and named, unless they are asked for.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ExecutionContext } from 'ava';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { asRoot } from '../../support/program/as-root.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const [REDIS, OTHER] = [54_321, 54_322];

/** SOURCE of redis, and a file outside for each owner. */
async function setScene(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  fs.chownSync(sandbox.source, REDIS, REDIS);
  for (const [name, uid] of [
    ['of-root', 0],
    ['of-redis', REDIS],
    ['of-other', OTHER],
  ] as const) {
    fs.writeFileSync(sandbox.at(name), name, { mode: 0o600 });
    fs.chownSync(sandbox.at(name), uid, uid);
  }
  return sandbox;
}

function makeFolder(sandbox: Sandbox, name: string, uid: number, mode: number): void {
  fs.mkdirSync(sandbox.inSource(name));
  fs.chownSync(sandbox.inSource(name), uid, uid);
  fs.chmodSync(sandbox.inSource(name), mode);
}

function inMirror(sandbox: Sandbox): string[] {
  return fs
    .readdirSync(sandbox.repository, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => !name.startsWith('redis-rewind-data') && path.basename(name).startsWith('of-'),
    )
    .toSorted();
}

asRoot('a hard link to a file of another user is left out and named', async (t) => {
  const sandbox = await setScene(t);
  for (const name of ['of-root', 'of-redis', 'of-other']) {
    fs.linkSync(sandbox.at(name), sandbox.inSource(name));
  }
  const { notes } = await sandbox.backup();
  t.deepEqual(inMirror(sandbox), ['of-redis']);
  t.deepEqual(
    notes.map(({ kind, path: about, severity }) => [kind, about, severity]),
    ['of-other', 'of-root'].map((name) => ['left-out-link-of-other', name, 'look']),
  );
  await sandbox.backup({ hardLinksOfOthers: true });
  t.deepEqual(inMirror(sandbox), ['of-other', 'of-redis', 'of-root']);
  const again = await sandbox.backup();
  t.is(again.notes.length, 2);
  t.deepEqual(inMirror(sandbox), ['of-redis']);
});

asRoot("root's hard links are taken where root alone can write", async (t) => {
  const sandbox = await setScene(t);
  fs.chownSync(sandbox.source, 0, 0);
  makeFolder(sandbox, 'root', 0, 0o755);
  makeFolder(sandbox, 'open', 0, 0o757);
  makeFolder(sandbox, 'group', 0, 0o775);
  fs.chownSync(sandbox.inSource('group'), 0, REDIS);
  for (const folder of ['root', 'open', 'group']) {
    fs.linkSync(sandbox.at('of-root'), sandbox.inSource(folder, 'of-root'));
  }
  await sandbox.backup();
  t.deepEqual(inMirror(sandbox), ['root/of-root']);
});

asRoot('a folder of root proves nothing where another user can put one in its place', async (t) => {
  const sandbox = await setScene(t);
  const folder = sandbox.inSource('root');
  makeFolder(sandbox, 'root', 0, 0o755);
  makeFolder(sandbox, 'other', REDIS, 0o755);
  fs.linkSync(sandbox.at('of-root'), sandbox.inSource('other', 'of-root'));
  let hasStruck = false;
  const fileSystem = new HookedFileSystem(({ operation, path: called }) => {
    if (hasStruck || operation !== 'list' || called !== folder) return;
    hasStruck = true;
    // The owner of SOURCE may rename the folder, although it belongs to root.
    fs.renameSync(folder, sandbox.at('aside'));
    fs.renameSync(sandbox.inSource('other'), folder);
  });
  await sandbox.backup({ context: { fileSystem } });
  t.true(hasStruck);
  t.deepEqual(inMirror(sandbox), []);
});

asRoot('where SOURCE is of root, a folder of another user in it counts for itself', async (t) => {
  const sandbox = await setScene(t);
  fs.chownSync(sandbox.source, 0, 0);
  makeFolder(sandbox, 'redis', REDIS, 0o755);
  for (const name of ['of-root', 'of-redis', 'of-other']) {
    fs.linkSync(sandbox.at(name), sandbox.inSource('redis', name));
  }
  await sandbox.backup();
  t.deepEqual(inMirror(sandbox), ['redis/of-redis']);
});

asRoot('a file of --also is held to the owner of its folder', async (t) => {
  const sandbox = await setScene(t);
  const folder = sandbox.at('etc');
  fs.mkdirSync(folder);
  fs.chownSync(folder, REDIS, REDIS);
  for (const name of ['of-root', 'of-redis']) {
    fs.linkSync(sandbox.at(name), path.join(folder, name));
  }
  const { notes } = await sandbox.backup({
    also: [path.join(folder, 'of-root'), path.join(folder, 'of-redis')],
  });
  t.deepEqual(
    notes.map(({ kind }) => kind),
    ['left-out-link-of-other'],
  );
});

asRoot(
  'a file that becomes a hard link to one of another user after the scan is left out',
  async (t) => {
    const sandbox = await setScene(t);
    const file = sandbox.inSource('of-swapped');
    let hasStruck = false;
    fs.writeFileSync(file, 'mine');
    fs.chownSync(file, REDIS, REDIS);
    const fileSystem = new HookedFileSystem(({ operation, path: called }) => {
      if (operation !== 'open' || called !== file || hasStruck) return;
      hasStruck = true;
      fs.rmSync(file);
      fs.linkSync(sandbox.at('of-root'), file);
    });
    const { notes } = await sandbox.backup({ context: { fileSystem } });
    t.true(hasStruck);
    t.deepEqual(
      notes.map(({ kind }) => kind),
      ['left-out-link-of-other'],
    );
    t.deepEqual(inMirror(sandbox), []);
  },
);
