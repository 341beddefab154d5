// Where links lead whose targets somebody wrote to cost time: the look at a link has a bound.
import { symlinkSync } from 'node:fs';
import test from 'ava';
import { whereLinkLeads } from '../../../src/engine/source/link-target.js';
import { joinPath, pathFromText } from '../../../src/system/files/byte-path.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

test('nothing is looked at below a name that is missing, until the way leads back', async (t) => {
  const folder = pathFromText(await temporaryDirectory(t));
  symlinkSync('nowhere', joinPath(folder, 'link'));
  let calls = 0;
  const fileSystem = new HookedFileSystem(() => (calls += 1));
  const long = 'missing/'.repeat(500);
  const end = whereLinkLeads(fileSystem, folder, pathFromText(`${long}end`));
  t.deepEqual(end, { path: joinPath(folder, `${long}end`), isNothing: true });
  t.is(calls, 1);
  const back = `${'missing/'.repeat(3)}${'../'.repeat(3)}link`;
  t.deepEqual(whereLinkLeads(fileSystem, folder, pathFromText(back)), {
    path: joinPath(folder, 'nowhere'),
    isNothing: true,
  });
  t.is(calls, 5);
});

test('forty links with 2,000 names each are followed to their end', async (t) => {
  const folder = pathFromText(await temporaryDirectory(t));
  const names = 'x/'.repeat(2000);
  for (let n = 0; n < 39; n += 1) {
    symlinkSync(`link-${n + 1}/${names}`, joinPath(folder, `link-${n}`));
  }
  const fileSystem = new HookedFileSystem();
  const { path, isNothing } = whereLinkLeads(fileSystem, folder, pathFromText('link-0/end'));
  t.true(isNothing);
  t.is(path.length, folder.length + '/link-39'.length + 39 * 4000 + '/end'.length);
});

test('a circle of links leads to nothing, and a link that leads to something does not', async (t) => {
  const folder = pathFromText(await temporaryDirectory(t));
  symlinkSync('b', joinPath(folder, 'a'));
  symlinkSync('a', joinPath(folder, 'b'));
  symlinkSync('.', joinPath(folder, 'here'));
  const fileSystem = new HookedFileSystem();
  t.true(whereLinkLeads(fileSystem, folder, pathFromText('a')).isNothing);
  t.deepEqual(whereLinkLeads(fileSystem, folder, pathFromText('here/here/../.')), {
    path: pathFromText(folder.slice(0, folder.lastIndexOf('/'))),
    isNothing: false,
  });
});
