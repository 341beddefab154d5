// Paths that a user names: which links on the way are followed, and which are refused.
import * as fs from 'node:fs';
import * as path from 'node:path';
import test from 'ava';
import { SystemError, UsageError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { followPath } from '../../../src/system/files/follow-path.js';
import {
  type TeardownContext,
  temporaryDirectory,
} from '../../support/files/temporary-directory.js';
import { asRoot } from '../../support/program/as-root.js';

const [SAMMY, OTHER] = [54_321, 54_322];

interface Place {
  readonly at: (name: string) => string;
  /** Makes a folder of a user. */
  readonly folder: (name: string, uid: number, mode?: number) => void;
  readonly link: (name: string, target: string, uid: number) => void;
  readonly follow: (name: string) => string;
}

async function makePlace(t: TeardownContext): Promise<Place> {
  const root = fs.realpathSync(await temporaryDirectory(t));
  const at = (name: string): string => path.join(root, name);
  const follower = { fileSystem: new RealFileSystem(), uid: process.geteuid?.() ?? 0 };
  return {
    at,
    folder(name, uid, mode = 0o755) {
      fs.mkdirSync(at(name));
      fs.chownSync(at(name), uid, uid);
      fs.chmodSync(at(name), mode);
    },
    link(name, target, uid) {
      fs.symlinkSync(target, at(name));
      fs.lchownSync(at(name), uid, uid);
    },
    follow: (name) => followPath(follower, pathFromText(at(name))),
  };
}

test('own links are followed, and names that do not exist are kept', async (t) => {
  const { at, follow } = await makePlace(t);
  fs.mkdirSync(at('data'));
  fs.symlinkSync('data', at('link'));
  fs.symlinkSync(at('link'), at('further'));
  t.is(follow('data'), at('data'));
  t.is(follow('link'), at('data'));
  t.is(follow('further/new/er'), at('data/new/er'));
  fs.symlinkSync('nowhere', at('dangling'));
  t.is(follow('dangling/new'), at('dangling/new'));
});

test('a circle of links ends in an error', async (t) => {
  const { at, follow } = await makePlace(t);
  fs.symlinkSync('two', at('one'));
  fs.symlinkSync('one', at('two'));
  t.is(t.throws(() => follow('one'), { instanceOf: SystemError })?.errno, 'ELOOP');
});

asRoot('a link of another user is followed only to what is theirs', async (t) => {
  const { at, folder, link, follow } = await makePlace(t);
  folder('sammy', SAMMY);
  folder('sammy/redis', SAMMY);
  folder('other', OTHER);
  folder('root', 0);
  link('sammy/to-own', 'redis', SAMMY);
  link('sammy/to-other', '../other', SAMMY);
  link('sammy/to-root', at('root'), SAMMY);
  t.is(follow('sammy/to-own'), at('sammy/redis'));
  t.is(follow('sammy/to-own/new'), at('sammy/redis/new'));
  for (const name of ['sammy/to-other', 'sammy/to-root', 'sammy/to-root/new']) {
    const error = t.throws(() => follow(name), { instanceOf: UsageError }, name);
    t.regex(error?.message ?? '', /is a symbolic link that another user can have made/);
    t.regex(error?.hint ?? '', /name '.*' itself/);
  }
});

asRoot('what root has made in the place that a link leads to is reached each time', async (t) => {
  const { at, folder, link, follow } = await makePlace(t);
  folder('sammy', SAMMY);
  folder('disk', SAMMY);
  folder('root', 0);
  folder('root/of-sammy', SAMMY);
  link('sammy/to-disk', at('disk'), SAMMY);
  link('sammy/to-root', at('root'), SAMMY);
  t.is(follow('sammy/to-disk/redis'), at('disk/redis'));
  folder('disk/redis', 0);
  t.is(follow('sammy/to-disk/redis'), at('disk/redis'));
  link('sammy/further', 'to-disk', SAMMY);
  t.is(follow('sammy/further/redis/new'), at('disk/redis/new'));
  t.is(follow('sammy/to-root/of-sammy'), at('root/of-sammy'));
  folder('root/other', 0);
  t.throws(() => follow('sammy/to-root/other'), { instanceOf: UsageError });
});

asRoot("a link of root's in a folder that another user can change is no better", async (t) => {
  const { folder, link, follow, at } = await makePlace(t);
  folder('sammy', SAMMY);
  folder('open', 0, 0o777);
  folder('sticky', 0, 0o1777);
  folder('root', 0);
  for (const parent of ['sammy', 'open', 'sticky']) link(`${parent}/link`, at('root'), 0);
  t.throws(() => follow('sammy/link'), { instanceOf: UsageError });
  t.throws(() => follow('open/link'), { instanceOf: UsageError });
  t.is(follow('sticky/link'), at('root'));
});

asRoot(
  'a link that ends in `..`, or at the root, leads to the folder that it ends at',
  async (t) => {
    const { folder, link, follow, at } = await makePlace(t);
    folder('sammy', SAMMY);
    folder('root', 0);
    folder('root/of-sammy', SAMMY);
    link('sammy/up', at('root/of-sammy/..'), SAMMY);
    link('sammy/top', '/', SAMMY);
    link('sammy/to-own', at('root/of-sammy/../of-sammy'), SAMMY);
    for (const name of ['sammy/up', 'sammy/up/new', 'sammy/top', 'sammy/top/new']) {
      t.throws(() => follow(name), { instanceOf: UsageError }, name);
    }
    t.is(follow('sammy/to-own'), at('root/of-sammy'));
  },
);
