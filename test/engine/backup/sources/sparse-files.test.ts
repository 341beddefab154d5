// Files of holes. The mirror, a restore of any night and a repair take about as much room as the data does.
import * as fs from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { readTree, treeDifferences } from '../../../support/files/directory-tree.js';
import { type Sandbox, createSandbox } from '../../../support/sandbox/sandbox.js';

const SIZE_BYTES = 32 << 20;
const DATA_BYTES = 1 << 20;

async function writeAt(sandbox: Sandbox, name: string, spots: readonly number[]): Promise<void> {
  const file = await fs.open(sandbox.inSource(name), 'a+');
  await file.close();
  const handle = await fs.open(sandbox.inSource(name), 'r+');
  await handle.truncate(SIZE_BYTES);
  for (const [index, spot] of spots.entries()) {
    const data = Buffer.alloc(10_000, `data ${index} at ${spot}. `);
    await handle.write(data, 0, data.length, spot);
  }
  await handle.close();
}

async function isSparse(t: ExecutionContext, path: string): Promise<void> {
  const { size, blocks } = await fs.stat(path);
  t.is(size, SIZE_BYTES, path);
  t.true(blocks * 512 <= DATA_BYTES, `${path}: ${blocks * 512} bytes on the disk`);
}

test('holes stay holes in the mirror, in a restore of every night and in a repair', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  // The second night changes a middle part; the third deletes `goes`, which is then kept whole.
  await writeAt(sandbox, 'stays', [0, 13_000_000, 30_000_000]);
  await writeAt(sandbox, 'goes', [23_000_000]);
  await sandbox.backup();
  await writeAt(sandbox, 'stays', [5_000_000]);
  await writeAt(sandbox, 'goes', [10_000_000, 26_000_001]);
  await sandbox.backup();
  await fs.rm(sandbox.inSource('goes'));
  await writeAt(sandbox, 'stays', [17_000_000]);
  await sandbox.backup();
  await isSparse(t, sandbox.inMirror('stays'));
  for (const { id, time, tree } of sandbox.recorded) {
    const to = sandbox.at(`restored-${id}`);
    await sandbox.restore({ time, to });
    t.deepEqual(treeDifferences(tree, await readTree(to)), []);
    for (const name of id === 3 ? ['stays'] : ['stays', 'goes']) {
      await isSparse(t, `${to}/${name}`);
    }
    await fs.rm(to, { recursive: true });
  }
  await fs.rm(sandbox.inMirror('stays'));
  await sandbox.repair({ source: sandbox.source });
  await isSparse(t, sandbox.inMirror('stays'));
  t.deepEqual((await sandbox.verify()).problems, []);
});
