// A disk without a single free byte: a removal is what then gives room back. Needs root, for the mount.
import test, { type ExecutionContext } from 'ava';
import { appendFileSync, existsSync, rmSync, statSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { treeDifferences } from '../support/files/directory-tree.js';
import { mountMemory } from '../support/files/mounted.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { forgeRows } from '../support/repository/edit-catalog.js';
import { Sandbox, createSandbox } from '../support/sandbox/sandbox.js';

const DISK_BYTES = 24 << 20;

interface SmallDisk {
  readonly sandbox: Sandbox;
  readonly disk: string;
}

/** Eight snapshots on a small disk. */
async function smallDisk(t: ExecutionContext): Promise<SmallDisk> {
  const { root } = await createSandbox(t);
  const disk = path.join(root, 'disk');
  await mountMemory(t, disk, DISK_BYTES);
  const repository = path.join(disk, 'repository');
  const sandbox = new Sandbox(root, { repository, records: true });
  const content = new SeededRandom('full').bytes(400_000);
  for (let night = 0; night < 8; night += 1) {
    new SeededRandom(`night ${night}`).bytes(30_000).copy(content, night * 40_000);
    await sandbox.write('dump.rdb', content);
    // Many rows, so that the transaction takes some room.
    for (let n = 0; n < 40; n += 1) await sandbox.write(`many/${night}-${n}-${'x'.repeat(90)}`, '');
    await sandbox.backup();
  }
  return { sandbox, disk };
}

function freeBytes(disk: string): number {
  const { bavail, bsize } = statfsSync(disk);
  return bavail * bsize;
}

/** Takes every byte that is left. @returns the file to delete */
function fill(t: ExecutionContext, disk: string): string {
  const file = path.join(disk, 'filler');
  for (const size of [1 << 20, 4096, 1]) {
    for (;;) {
      try {
        appendFileSync(file, Buffer.alloc(size, 1));
      } catch {
        break;
      }
    }
  }
  t.is(freeBytes(disk), 0);
  return file;
}

async function isWhole(
  t: ExecutionContext,
  { sandbox }: SmallDisk,
  wanted: readonly number[],
): Promise<void> {
  t.deepEqual(
    sandbox.list().map(({ id }) => id),
    wanted,
  );
  t.deepEqual((await sandbox.verify()).problems, []);
  for (const id of wanted) {
    const tree = await sandbox.restoredTree({ time: `#${id}` });
    t.deepEqual(treeDifferences(sandbox.snapshot(id).tree, tree), []);
  }
}

test('snapshots can be removed with 0 bytes free', async (t) => {
  const scene = await smallDisk(t);
  const { sandbox, disk } = scene;
  const reserve = sandbox.data('reserve');
  t.true(statSync(reserve).size >= 2 ** 20);
  const filler = fill(t, disk);
  const { removed, freedBytes } = await sandbox.thin({ ids: [2, 3, 5, 6] });
  t.is(removed, 4);
  t.true(freedBytes > 0 && freeBytes(disk) > 0);
  t.true(existsSync(reserve), 'put back at the end');
  await isWhole(t, scene, [1, 4, 7, 8]);
  rmSync(filler);
  await sandbox.backup();
  t.true(existsSync(reserve));
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('with 0 bytes free and no reserve a removal fails, and nothing is lost', async (t) => {
  const scene = await smallDisk(t);
  const { sandbox, disk } = scene;
  rmSync(sandbox.data('reserve'));
  const filler = fill(t, disk);
  await t.throwsAsync(sandbox.thin({ ids: [2, 3, 5, 6] }), { code: 'SYSTEM' });
  await isWhole(t, scene, [1, 2, 3, 4, 5, 6, 7, 8]);
  rmSync(filler);
  await sandbox.thin({ ids: [2, 3, 5, 6] });
  await isWhole(t, scene, [1, 4, 7, 8]);
});

test('what people say of snapshots, and the comparing of old ones, have room with 0 bytes free', async (t) => {
  const scene = await smallDisk(t);
  const { sandbox, disk } = scene;
  forgeRows(sandbox.repository, 'DELETE FROM alarm');
  fill(t, disk);
  const { removed } = await sandbox.thin({ ids: [2, 3] });
  t.is(removed, 2);
  const again = await smallDisk(t);
  fill(t, again.disk);
  const { changed } = await again.sandbox.remark(4, { kind: 'pin', note: 'x'.repeat(1000) });
  t.true(changed);
  t.true(existsSync(again.sandbox.data('reserve')), 'put back: nothing was removed');
  await isWhole(t, again, [1, 2, 3, 4, 5, 6, 7, 8]);
});
