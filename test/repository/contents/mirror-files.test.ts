// Files of one content: what a restore and a verification ask of the catalog and of the disk grows with the
// number of files, not with its square.
import test from 'ava';
import { openForReading } from '../../../src/repository/open/open-repository.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

test('a content that several mirror files have is planned once for each generation', async (t) => {
  const sandbox = await createSandbox(t);
  for (const name of ['a', 'b', 'c']) await sandbox.write(name, 'the same');
  await sandbox.backup();
  const repository = openForReading(new RealFileSystem(), sandbox.repositoryPath);
  t.teardown(() => repository.close());
  const content = repository.newestVersions().find((version) => version.content)?.content;
  if (!content) throw new Error('no content');
  const before = repository.planContent(content);
  t.is(repository.planContent(content).root, before.root);
  await sandbox.remove('b');
  await sandbox.backup();
  const after = repository.planContent(content);
  t.not(after.root, before.root);
  t.deepEqual(
    [before.root, after.root].map((root) => root.kind === 'mirror' && root.candidates.length),
    [3, 2],
  );
});

for (const name of ['restore', 'verify'] as const) {
  test(`${name} looks at each of many files with one content a fixed number of times`, async (t) => {
    const callsFor = async (files: number): Promise<number> => {
      const sandbox = await createSandbox(t);
      for (let index = 0; index < files; index++) await sandbox.write(`f${index}`, '');
      await sandbox.backup();
      let calls = 0;
      const fileSystem = new HookedFileSystem(() => (calls += 1), { sync: false });
      await sandbox[name]({ context: { fileSystem } });
      return calls;
    };
    const [few, many] = [await callsFor(50), await callsFor(200)];
    t.true(many < 4 * few + 50, `${few} calls for 50 files, ${many} for 200`);
  });
}
