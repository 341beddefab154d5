// A backup while the owner of SOURCE works against it. At each call that the backup makes on SOURCE, folders
// and files are exchanged with links to a folder outside. Nothing from there comes into the repository.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ExecutionContext } from 'ava';
import { RewindError } from '../../../../src/errors.js';
import { HookedFileSystem } from '../../../support/files/hooked-file-system.js';
import { asRoot } from '../../../support/program/as-root.js';
import { type Sandbox, createSandbox } from '../../../support/sandbox/sandbox.js';

/** The other user, who needs no name. */
const OTHER = 54_321;
const SECRET = 'what that user may not read';

interface Scene {
  readonly sandbox: Sandbox;
  /** A folder of root's, with a secret under each name that SOURCE has. */
  readonly outside: string;
}

async function setScene(t: ExecutionContext): Promise<Scene> {
  const sandbox = await createSandbox(t);
  const outside = sandbox.at('outside');
  for (const folder of [sandbox.source, outside]) {
    fs.mkdirSync(path.join(folder, 'aof/deeper'), { recursive: true });
    const content = folder === outside ? SECRET : 'of this user';
    for (const name of ['dump.rdb', 'aof/manifest', 'aof/deeper/file']) {
      fs.writeFileSync(path.join(folder, name), content, { mode: 0o600 });
    }
  }
  return { sandbox, outside };
}

/** Exchanges what is at `place` with a link to `target`, or takes that back. */
function exchange(place: string, target: string): void {
  const aside = `${place}.aside`;
  if (fs.lstatSync(aside, { throwIfNoEntry: false }) !== undefined) {
    fs.rmSync(place);
    fs.renameSync(aside, place);
    return;
  }
  fs.renameSync(place, aside);
  fs.symlinkSync(target, place);
  fs.lchownSync(place, OTHER, OTHER);
}

/** Whether any file below a folder has the secret in it. */
function hasSecret(folder: string): boolean {
  if (!fs.existsSync(folder)) return false;
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name)).includes(SECRET));
}

for (const name of ['', 'aof', 'aof/deeper', 'dump.rdb', 'aof/deeper/file']) {
  for (const strikes of [1, 2]) {
    const shown = name === '' ? 'SOURCE itself' : `'${name}'`;
    const how = strikes === 1 ? 'becomes a link' : 'is a link for one call';
    asRoot(`nothing outside is read when ${shown} ${how}`, async (t) => {
      const { sandbox, outside } = await setScene(t);
      const place = path.join(sandbox.source, name);
      let struck = 0;
      for (let n = 1; ; n += 1) {
        fs.rmSync(sandbox.repository, { recursive: true, force: true });
        let count = 0;
        let made = 0;
        const fileSystem = new HookedFileSystem(
          ({ path: called }) => {
            if (!called.startsWith(sandbox.source)) return;
            count += 1;
            if (count < n || made === strikes) return;
            made += 1;
            exchange(place, path.join(outside, name));
          },
          { sync: false },
        );
        const outcome = await sandbox
          .backup({ context: { fileSystem } })
          .catch((error: unknown) => error);
        if (outcome instanceof Error) {
          t.true(outcome instanceof RewindError, `call ${n}: ${outcome.stack}`);
        }
        t.false(hasSecret(sandbox.repository), `call ${n}`);
        if (made === 1) exchange(place, path.join(outside, name));
        if (count < n) break;
        struck += 1;
      }
      t.log(`struck at ${struck} calls`);
      t.true(struck > 15, String(struck));
    });
  }
}

asRoot('a new REPO that becomes a link while it is made leads nowhere', async (t) => {
  const { sandbox } = await setScene(t);
  const home = sandbox.at('home');
  const elsewhere = sandbox.at('elsewhere');
  fs.mkdirSync(elsewhere);
  const other = sandbox.withRepository(path.join(home, 'repository'));
  let struck = 0;
  for (let n = 1; ; n += 1) {
    fs.rmSync(home, { recursive: true, force: true });
    fs.mkdirSync(home);
    let count = 0;
    const fileSystem = new HookedFileSystem(
      ({ path: called }) => {
        if (!called.startsWith(other.repository)) return;
        count += 1;
        if (count === n && fs.existsSync(other.repository)) exchange(other.repository, elsewhere);
      },
      { sync: false },
    );
    await other.backup({ context: { fileSystem } }).catch((error: unknown) => {
      t.true(error instanceof RewindError, `call ${n}: ${String(error)}`);
    });
    t.deepEqual(fs.readdirSync(elsewhere), [], `call ${n}`);
    if (count < n || n > 60) break;
    struck += 1;
  }
  t.true(struck > 30, String(struck));
});

asRoot('a path of --also that becomes a link leads nowhere', async (t) => {
  const { sandbox, outside } = await setScene(t);
  const [folder, file] = [sandbox.at('also'), sandbox.at('also/conf')];
  fs.mkdirSync(folder);
  fs.writeFileSync(file, 'of this user');
  let struck = 0;
  for (const also of [[folder], [file]]) {
    for (let n = 1; ; n += 1) {
      fs.rmSync(sandbox.repository, { recursive: true, force: true });
      let count = 0;
      const fileSystem = new HookedFileSystem(
        ({ path: called }) => {
          if (!called.startsWith(folder)) return;
          count += 1;
          if (count === n) exchange(file, path.join(outside, 'dump.rdb'));
        },
        { sync: false },
      );
      await sandbox.backup({ also, context: { fileSystem } }).catch((error: unknown) => {
        t.true(error instanceof RewindError, String(error));
      });
      t.false(hasSecret(sandbox.repository), `call ${n}`);
      if (count < n) break;
      exchange(file, path.join(outside, 'dump.rdb'));
      struck += 1;
    }
  }
  t.true(struck > 8, String(struck));
});

/** Backs up again and again, and strikes once, at a later call on the paths of --also each time. */
async function strikeAtAlso(
  t: ExecutionContext,
  also: string,
  { setUp, strike }: { readonly setUp: (folder: string) => void; readonly strike: Strike },
): Promise<number> {
  const { sandbox, outside } = await setScene(t);
  const folder = sandbox.at('also');
  for (let n = 1; ; n += 1) {
    for (const old of [folder, sandbox.repository])
      fs.rmSync(old, { recursive: true, force: true });
    setUp(folder);
    let count = 0;
    const fileSystem = new HookedFileSystem(
      ({ path: called }) => {
        if (!called.startsWith(folder)) return;
        count += 1;
        if (count === n) strike(folder, outside);
      },
      { sync: false },
    );
    await sandbox
      .backup({ also: [path.join(folder, also)], context: { fileSystem } })
      .catch((error: unknown) => {
        t.true(error instanceof RewindError, String(error));
      });
    t.false(hasSecret(sandbox.repository), `call ${n}`);
    if (count < n) return n - 1;
  }
}

type Strike = (folder: string, outside: string) => void;

asRoot('a folder above a path of --also that becomes a link to a file is not read', async (t) => {
  const struck = await strikeAtAlso(t, 'in/conf', {
    setUp: (folder) => {
      fs.mkdirSync(path.join(folder, 'in'), { recursive: true });
      fs.writeFileSync(path.join(folder, 'in/conf'), 'of this user');
    },
    strike: (folder, outside) => {
      fs.rmSync(path.join(folder, 'in/conf'));
      exchange(path.join(folder, 'in'), path.join(outside, 'dump.rdb'));
    },
  });
  t.true(struck > 8, String(struck));
});

asRoot('a path of --also that is missing at first is reached through no link', async (t) => {
  const struck = await strikeAtAlso(t, 'aof/manifest', {
    setUp: (folder) => {
      fs.mkdirSync(folder);
    },
    strike: (folder, outside) => {
      fs.symlinkSync(path.join(outside, 'aof'), path.join(folder, 'aof'));
      fs.lchownSync(path.join(folder, 'aof'), OTHER, OTHER);
    },
  });
  t.true(struck > 4, String(struck));
});
