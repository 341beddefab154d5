// Somebody who may write to REPO swaps our folder for a link to another repository while a command runs. The
// command stays in the folder that it has opened, or refuses, and the other repository does not change.
import * as fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Catalog } from '../../../src/catalog/catalog.js';
import { CorruptError, EXIT } from '../../../src/errors.js';
import { checkOpened } from '../../../src/repository/opened-file.js';
import { type BytePath, pathFromText } from '../../../src/system/files/byte-path.js';
import { type FileStat, RealFileSystem } from '../../../src/system/files/file-system.js';
import { listOpenFiles } from '../../../src/system/files/open-files.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { exitCode } from '../../support/program/exit-code.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

interface Prepared {
  readonly sandbox: Sandbox;
  /** Another repository, to which the link leads. */
  readonly other: string;
}

async function createPair(t: ExecutionContext): Promise<Prepared> {
  const sandbox = await createSandbox(t);
  const other = sandbox.at('other');
  for (const content of ['one', 'two']) {
    await sandbox.write('dump.rdb', content);
    await sandbox.backup();
    await sandbox.withRepository(other).backup();
  }
  return { sandbox, other };
}

/** Swaps our folder for a link, once, right after the first call of `stat` or `makeDirectory` for a path. */
class SwappingFileSystem extends RealFileSystem {
  hasSwapped = false;
  readonly #sandbox: Sandbox;
  readonly #at: BytePath;
  readonly #other: string;

  constructor({ sandbox, other }: Prepared, name: string) {
    super();
    this.#sandbox = sandbox;
    this.#at = pathFromText(sandbox.data(name));
    this.#other = other;
  }

  override stat(at: BytePath): FileStat | null {
    const stat = super.stat(at);
    if (at === this.#at) this.#swap();
    return stat;
  }

  #swap(): void {
    if (this.hasSwapped) return;
    this.hasSwapped = true;
    const folder = path.join(this.#sandbox.repository, 'redis-rewind-data');
    fs.renameSync(folder, this.#sandbox.at('moved'));
    fs.symlinkSync(path.join(this.#other, 'redis-rewind-data'), folder);
  }
}

const COMMANDS: Record<
  string,
  (sandbox: Sandbox, fileSystem: RealFileSystem) => object | Promise<object>
> = {
  verify: (sandbox, fileSystem) => sandbox.verify({ context: { fileSystem } }),
  restore: async (sandbox, fileSystem) => ({
    report: await sandbox.restore({ context: { fileSystem } }),
  }),
  backup: (sandbox, fileSystem) => sandbox.backup({ context: { fileSystem } }),
  repair: (sandbox, fileSystem) => sandbox.repair({ context: { fileSystem } }),
};

for (const [name, run] of Object.entries(COMMANDS)) {
  for (const at of ['catalog.sqlite3', 'lock.sqlite3', 'increments', 'staging/new', 'README']) {
    test(`a folder that is swapped for a link while ${name} looks at ${at} leads nowhere`, async (t) => {
      const pair = await createPair(t);
      const { sandbox, other } = pair;
      await sandbox.write('dump.rdb', 'three');
      const before = await readTree(other);
      const fileSystem = new SwappingFileSystem(pair, at);
      const code = await exitCode(() => run(sandbox, fileSystem));
      t.true(fileSystem.hasSwapped);
      t.true(code === EXIT.corrupt || code === EXIT.failed, `exit ${code}`);
      t.deepEqual(treeDifferences(before, await readTree(other)), []);
    });
  }
}

test('what a repair keeps stays in the folder that it has opened', async (t) => {
  const pair = await createPair(t);
  const { sandbox, other } = pair;
  fs.writeFileSync(sandbox.inMirror('dump.rdb'), 'bad');
  const before = await readTree(other);
  const fileSystem = new SwappingFileSystem(pair, 'kept/1');
  await exitCode(() => sandbox.repair({ source: sandbox.source, context: { fileSystem } }));
  t.true(fileSystem.hasSwapped);
  t.deepEqual(treeDifferences(before, await readTree(other)), []);
  t.is(fs.readFileSync(sandbox.at('moved/kept/1/mirror/dump.rdb'), 'utf8'), 'bad');
});

test('a database that is not the one in the held folder is closed again, unread', async (t) => {
  const { sandbox, other } = await createPair(t);
  const fileSystem = new RealFileSystem();
  const file = pathFromText(sandbox.data('catalog.sqlite3'));
  const held = fileSystem.hold(pathFromText(sandbox.repository));
  t.teardown(() => held.release());
  const open = (): Catalog =>
    Catalog.open(file, { readOnly: true, onOpened: checkOpened(fileSystem, file) });
  open().close();
  const folder = path.join(sandbox.repository, 'redis-rewind-data');
  fs.renameSync(folder, sandbox.at('moved'));
  fs.symlinkSync(path.join(other, 'redis-rewind-data'), folder);
  const before = listOpenFiles().length;
  t.throws(open, { instanceOf: CorruptError, message: /was replaced while it was being opened/ });
  t.is(listOpenFiles().length, before);
});
