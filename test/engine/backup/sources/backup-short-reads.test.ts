// A system call may read fewer bytes than it was asked for. Here each one reads at most five, whatever is read:
// SOURCE, the mirror, increments, copies of the catalog, the last bytes of a journal.
import { writeFile } from 'node:fs/promises';
import test from 'ava';
import { CorruptError } from '../../../../src/errors.js';
import { readTree, treeDifferences } from '../../../support/files/directory-tree.js';
import { HookedFileSystem } from '../../../support/files/hooked-file-system.js';
import { layNight } from '../../../support/sandbox/four-nights.js';
import { createSandbox } from '../../../support/sandbox/sandbox.js';

function shortReads(): { readonly fileSystem: HookedFileSystem } {
  const fileSystem = new HookedFileSystem(() => {}, { sync: false });
  fileSystem.mostReadBytes = 5;
  return { fileSystem };
}

test('short reads change nothing: backups, restores and verifications are as always', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  for (const night of [1, 2, 3] as const) {
    await layNight(sandbox.source, night);
    const { notes } = await sandbox.backup({ context: shortReads() });
    t.deepEqual(
      notes.filter(({ severity }) => severity === 'look'),
      [],
    );
  }
  for (const { time, tree } of sandbox.recorded) {
    const to = sandbox.at(`restored of ${time}`);
    await sandbox.restore({ time, to, context: shortReads() });
    t.deepEqual(treeDifferences(tree, await readTree(to)), []);
  }
  const { problems, notes } = await sandbox.verify({ context: shortReads() });
  t.deepEqual(problems, []);
  t.deepEqual(notes, []);
});

test('a journal that names another file is refused, however short the reads are', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'one');
  await sandbox.backup();
  const magic = Buffer.from([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
  await writeFile(
    sandbox.data('catalog.sqlite3-journal'),
    Buffer.concat([Buffer.alloc(64), magic]),
  );
  await t.throwsAsync(sandbox.backup({ context: shortReads() }), {
    instanceOf: CorruptError,
    message: /names another file/,
  });
});
