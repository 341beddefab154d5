// A repair that is cut off at any of its mutations leaves the repository no worse, and the next
// repair finishes the work.
import * as fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

import { CorruptError } from '../../../src/errors.js';
import { flipped } from '../../support/damage/damage.js';
import { catalogFile } from '../../support/repository/edit-catalog.js';
import { recordNights } from '../../support/sandbox/four-nights.js';
import {
  HookedFileSystem,
  ProcessDied,
  dieAtMutation,
} from '../../support/files/hooked-file-system.js';
import { removeTree } from '../../support/files/temporary-directory.js';
import { copyTree } from '../../support/files/copy-tree.js';
import { readTree } from '../../support/files/directory-tree.js';
import type { Sandbox } from '../../support/sandbox/sandbox.js';

async function copyOf(sandbox: Sandbox, name: string): Promise<Sandbox> {
  const copy = sandbox.withRepository(sandbox.at(name));
  await copyTree(sandbox.repository, copy.repository);
  return copy;
}

/** What a repository has lost, by path and snapshot, as restores find it. */
async function losses(sandbox: Sandbox, last: number): Promise<string[]> {
  const lost: string[] = [];
  for (const { id, time, tree } of sandbox.recorded.slice(0, last)) {
    for (const [name, entry] of Object.entries(tree)) {
      if (entry.type !== 'file' || /[^\x20-\x7e]/.test(name)) continue;
      const to = `${sandbox.repository}-tried`;
      try {
        await sandbox.restore({ time, to, path: name, context: quick(sandbox) });
        if ((await readTree(to))['.']?.content !== entry.content) lost.push(`wrong: ${name}@${id}`);
        await removeTree(to);
      } catch (error) {
        if (!(error instanceof CorruptError)) throw error;
        lost.push(`${name}@${id}`);
      }
    }
  }
  return lost;
}

function quick(sandbox: Sandbox, hook = (): void => {}): Sandbox['context'] {
  return { ...sandbox.context, fileSystem: new HookedFileSystem(hook, { sync: false }) };
}

for (const { what, damage, last } of [
  {
    what: 'the catalog and files of the mirror are damaged',
    last: 3,
    damage: async (repository: string) => {
      await fs.truncate(catalogFile(repository), 9000);
      const dump = path.join(repository, 'dump.rdb');
      await fs.writeFile(dump, flipped(await fs.readFile(dump)));
      await fs.rm(path.join(repository, 'latest'));
      await fs.rm(path.join(repository, 'empty'), { recursive: true });
      await fs.rm(path.join(repository, 'appendonlydir/appendonly.aof.manifest'));
    },
  },
  {
    what: 'the catalog and its newest copy are gone',
    last: 2,
    damage: async (repository: string) => {
      await fs.rm(catalogFile(repository));
      await fs.rm(path.join(repository, 'redis-rewind-data/catalog.3.zst'));
    },
  },
]) {
  test(`a repair that dies at any mutation leaves the repository no worse (${what})`, async (t) => {
    const sandbox = await recordNights(t, 3);
    const seen = new Set<string>();
    for (let n = 1; ; n += 1) {
      const copy = await copyOf(sandbox, `copy-${n}`);
      await damage(copy.repository);
      const mutation = dieAtMutation(n);
      const fileSystem = new HookedFileSystem(mutation.hook, { sync: false });
      const context = { ...copy.context, fileSystem };
      const options = last === 3 ? { source: sandbox.source } : {};
      const ending = await copy.repair({ ...options, context }).catch((error: unknown) => error);
      if (mutation.hasStruck())
        t.true(ending instanceof ProcessDied, `mutation ${n}: ${String((ending as Error).stack)}`);
      const state = JSON.stringify(
        Object.entries(await readTree(copy.repository)).map(([name, e]) => [
          name,
          e.type,
          e.content,
        ]),
      );
      if (!seen.has(state)) {
        // A catalog that is gone or damaged gives nothing back; once there is one, all must be there.
        const isOpen = await fs.stat(catalogFile(copy.repository)).then(
          ({ size }) => size > 9000,
          () => false,
        );
        const before = isOpen ? await losses(copy, last) : [];
        t.deepEqual(
          before.filter((name) => name.startsWith('wrong')),
          [],
          `mutation ${n}`,
        );
        const again = await copy.repair({ ...options, context: quick(copy) });
        t.deepEqual(again.problems, [], `mutation ${n}`);
        t.deepEqual(await losses(copy, last), [], `mutation ${n}`);
      }
      seen.add(state);
      await removeTree(copy.repository);
      if (!mutation.hasStruck()) {
        t.true(n > 20, `${n} mutations`);
        t.log(`${n - 1} points tried, ${seen.size} different states`);
        return;
      }
    }
  });
}
