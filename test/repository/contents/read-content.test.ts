// Reading a content ends, whatever the catalog says of its own generation.
import test from 'ava';
import { CorruptError, InterruptedError } from '../../../src/errors.js';
import { readContent } from '../../../src/repository/contents/read-content.js';
import { openForReading } from '../../../src/repository/open/open-repository.js';
import type { OpenRepository } from '../../../src/repository/repository.js';
import { Digests } from '../../../src/system/digest/digests.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { runSql } from '../../support/repository/edit-catalog.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

/** The repository as it looks beside a writer that never stops. */
function restless(repository: OpenRepository): OpenRepository {
  let generation = 1000;
  return new Proxy(repository, {
    get(target, key) {
      if (key === 'generation') return () => (generation += 1);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

test('a catalog that always seems to have changed ends a restore in an error, and a signal is heard', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('file', 'content');
  await sandbox.backup();
  const repository = openForReading(new RealFileSystem(), sandbox.repositoryPath);
  t.teardown(() => repository.close());
  const content = repository.newestVersions().find((version) => version.content)?.content;
  if (!content) throw new Error('no content');
  const digests = new Digests();
  t.teardown(() => digests.close());
  let checkpoints = 0;
  const readUntil = (most: number): Promise<void> =>
    readContent(restless(repository), content, {
      emit: () => {},
      digests,
      checkpoint: () => {
        checkpoints += 1;
        if (checkpoints > most) throw new InterruptedError('SIGTERM');
        return Promise.resolve();
      },
    });
  await t.throwsAsync(readUntil(Infinity), {
    instanceOf: CorruptError,
    message: 'the plan is out of date',
  });
  checkpoints = 0;
  await t.throwsAsync(readUntil(10), { instanceOf: InterruptedError });
});

for (const [what, sql] of Object.entries({
  'has lost its row': 'DELETE FROM repository',
  'has another id': 'UPDATE repository SET id = 2',
  'has a generation that is no safe integer': 'UPDATE repository SET generation = 1 << 60',
  'has two rows': "INSERT INTO repository VALUES (7, 'x', 1, 1)",
})) {
  test(`a restore ends where the table of the repository ${what}, and so does a verification`, async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('file', 'content');
    await sandbox.backup();
    runSql(sandbox.repository, sql);
    await t.throwsAsync(sandbox.restoredTree(), { instanceOf: CorruptError });
    await t.throwsAsync(sandbox.verify(), { instanceOf: CorruptError });
  });
}
