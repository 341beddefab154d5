// Telling REPO from PATH in `REPO/PATH`, where nothing marks the line between the two.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import test from 'ava';

import { locateRepository } from '../../../src/engine/snapshot/locate-repository.js';
import { NoRepositoryError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

const fileSystem = new RealFileSystem();

async function makePlace(t: Parameters<typeof temporaryDirectory>[0]): Promise<string> {
  const directory = await temporaryDirectory(t);
  await mkdir(`${directory}/repository/redis-rewind-data`, { recursive: true });
  await mkdir(`${directory}/repository/appendonlydir`);
  await writeFile(`${directory}/repository/dump.rdb`, '');
  await symlink('repository', `${directory}/link`);
  await symlink('/nowhere', `${directory}/repository/dangling`);
  return directory;
}

for (const [typed, path] of Object.entries({
  repository: '',
  'repository/dump.rdb': 'dump.rdb',
  'repository/appendonlydir': 'appendonlydir',
  'repository/gone/for/years': 'gone/for/years',
  'repository/dump.rdb/once/a/folder': 'dump.rdb/once/a/folder',
  'repository/dangling/once/a/folder': 'dangling/once/a/folder',
  'repository/redis-rewind-data/also/etc/redis/redis.conf':
    'redis-rewind-data/also/etc/redis/redis.conf',
  'link/appendonlydir/x': 'appendonlydir/x',
  link: '',
})) {
  test(`${typed} is '${path}' in the repository`, async (t) => {
    const directory = await makePlace(t);
    const located = locateRepository(fileSystem, pathFromText(`${directory}/${typed}`));
    t.is(located.path, pathFromText(path));
    t.is(located.repository, pathFromText(`${directory}/${typed.split('/')[0]}`));
  });
}

test('the innermost repository is meant where one lies in the folder of another', async (t) => {
  const directory = await makePlace(t);
  await mkdir(`${directory}/redis-rewind-data`);
  const located = locateRepository(fileSystem, pathFromText(`${directory}/repository/dump.rdb`));
  t.deepEqual(located, {
    repository: pathFromText(`${directory}/repository`),
    path: pathFromText('dump.rdb'),
  });
});

test('a path without a repository in it is exit 10, up to the root', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const path of [directory, `${directory}/no/such/path`, '/no-such-path', '/']) {
    const error = t.throws(() => locateRepository(fileSystem, pathFromText(path)), {
      instanceOf: NoRepositoryError,
      message: `no repository at '${path}'`,
    });
    t.is(error.exitCode, 10);
  }
});
