import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { CorruptError } from '../../../src/errors.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { forgeCatalog, forgeRows } from '../../support/repository/edit-catalog.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const NAMES = ['../victim', 'a/../../victim', '/victim', 'a//b', './a', 'a/.', '..', 'a\0b', 'a/'];

interface Hostile {
  readonly sandbox: Sandbox;
  /** A folder outside the repository, which must not change. */
  readonly victim: string;
}

async function createHostile(t: Parameters<typeof createSandbox>[0]): Promise<Hostile> {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  await sandbox.write('folder/file', 'x');
  await sandbox.backup();
  const victim = sandbox.at('victim');
  await fs.mkdir(victim);
  await fs.writeFile(path.join(victim, 'file'), 'must stay');
  return { sandbox, victim };
}

for (const name of NAMES) {
  test(`a backup refuses a catalog with the path ${JSON.stringify(name)}, and changes nothing outside`, async (t) => {
    const { sandbox, victim } = await createHostile(t);
    forgeCatalog(
      sandbox.repository,
      "UPDATE version SET path = ? WHERE path = CAST('dump.rdb' AS BLOB)",
      Buffer.from(name, 'latin1'),
    );
    const before = await readTree(victim);
    await t.throwsAsync(sandbox.backup(), { instanceOf: CorruptError, message: /unsafe name/ });
    t.deepEqual(treeDifferences(before, await readTree(victim)), []);
    t.is(sandbox.list().length, 1);
  });
}

test('a backup refuses a catalog with an entry below a file', async (t) => {
  const { sandbox } = await createHostile(t);
  forgeCatalog(
    sandbox.repository,
    "UPDATE version SET path = ? WHERE path = CAST('folder/file' AS BLOB)",
    Buffer.from('dump.rdb/file'),
  );
  await t.throwsAsync(sandbox.backup(), { instanceOf: CorruptError, message: /not a directory/ });
});

for (const [kind, name, staged] of [
  ['retire', '../victim', 'old/1'],
  ['retire', 'dump.rdb', '../../../victim/taken'],
  ['retire', 'dump.rdb', 'old/../../../../victim/taken'],
  ['place', '../victim/file', 'new/1'],
  ['place', 'dump.rdb', '../../../victim/file'],
  ['make-directory', '../victim/made', null],
  ['remove-directory', '../victim', null],
  ['set-metadata', '../victim', null],
] as const) {
  test(`a backup refuses to ${kind} '${name}' (${staged ?? 'nothing staged'})`, async (t) => {
    const { sandbox, victim } = await createHostile(t);
    await fs.writeFile(sandbox.data('staging/new/1'), 'hostile');
    forgeRows(
      sandbox.repository,
      'INSERT INTO owed_operation (position, kind, path, staged) VALUES (1, ?, ?, ?)',
      kind,
      Buffer.from(name),
      staged,
    );
    const before = await readTree(victim);
    await t.throwsAsync(sandbox.backup(), { instanceOf: CorruptError, message: /unsafe name/ });
    t.deepEqual(treeDifferences(before, await readTree(victim)), []);
  });
}

test('an owed operation below a link is refused, and nothing behind the link changes', async (t) => {
  const { sandbox, victim } = await createHostile(t);
  await fs.writeFile(sandbox.data('staging/new/1'), 'hostile');
  await fs.symlink(victim, sandbox.inMirror('way-out'));
  forgeRows(
    sandbox.repository,
    'INSERT INTO owed_operation (position, kind, path, staged) VALUES (1, ?, ?, ?)',
    'place',
    Buffer.from('way-out/file'),
    'new/1',
  );
  const before = await readTree(victim);
  await t.throwsAsync(sandbox.backup(), { instanceOf: CorruptError, message: /is a link to/ });
  t.deepEqual(treeDifferences(before, await readTree(victim)), []);
});
