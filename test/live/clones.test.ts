// Backups on file systems that clone files: a real XFS and a real Btrfs, each in an image that is
// mounted for the test. What is cloned must share its blocks with SOURCE, as the kernel sees it.
// Mounting needs root and loop devices. A machine without them leaves these tests out, which with
// CI=true is a failure.
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { bytesDifference } from '../support/files/bytes-difference.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { edited, randomBytes } from '../support/sandbox/large-content.js';
import { Sandbox } from '../support/sandbox/sandbox.js';

const run = promisify(execFile);

const MAKE: Record<string, readonly string[]> = {
  xfs: ['mkfs.xfs', '-q', '-m', 'reflink=1'],
  btrfs: ['mkfs.btrfs', '-q'],
};

/** Large enough for either kind. */
const IMAGE_BYTES = 512 << 20;

/** A folder on a file system of this kind; null, with a word why, where it cannot be mounted. */
async function mounted(t: ExecutionContext, kind: string): Promise<string | null> {
  const folder = await temporaryDirectory(t);
  const image = path.join(folder, 'image');
  const point = path.join(folder, 'mounted');
  await fs.mkdir(point);
  await (await fs.open(image, 'wx')).close();
  await fs.truncate(image, IMAGE_BYTES);
  const [command = '', ...options] = MAKE[kind] ?? [];
  await run(command, [...options, image]);
  try {
    await run('mount', ['-t', kind, '-o', 'loop', image, point]);
  } catch (error) {
    const why = `cannot mount a loop device with ${kind}: ${(error as Error).message}`;
    if (process.env['CI'] === 'true') throw new Error(why, { cause: error });
    t.log(`left out: ${why}`);
    return null;
  }
  t.teardown(() => run('umount', [point]));
  return point;
}

/** Whether every block of a file belongs to another one too. */
async function isShared(file: string): Promise<boolean> {
  const { stdout } = await run('filefrag', ['-v', file]);
  const extents = stdout.split('\n').filter((line) => /^ +\d+:/.test(line));
  return extents.length > 0 && extents.every((line) => /\bshared\b/.test(line));
}

for (const kind of Object.keys(MAKE)) {
  test(`on ${kind} a new file and a changed one are clones, and every snapshot comes back`, async (t) => {
    const root = await mounted(t, kind);
    if (root === null) {
      t.pass();
      return;
    }
    const sandbox = new Sandbox(root, {});
    await fs.mkdir(sandbox.source);
    const nights = [randomBytes('a'), edited(randomBytes('a'), 'b')];
    for (const bytes of nights) {
      await sandbox.write('saved.rdb', bytes);
      await fs.rename(sandbox.inSource('saved.rdb'), sandbox.inSource('dump.rdb'));
      await sandbox.backup();
      const mirror = sandbox.inMirror('dump.rdb');
      t.is(bytesDifference(bytes, await fs.readFile(mirror)), null);
      t.true(await isShared(mirror));
    }
    await sandbox.write('dump.rdb', Buffer.concat([nights[1] as Buffer, Buffer.from('tail')]));
    await sandbox.backup();
    for (const [night, bytes] of nights.entries()) {
      const { destination } = await sandbox.restore({ time: `${2 - night}B`, path: 'dump.rdb' });
      t.is(bytesDifference(bytes, await fs.readFile(destination)), null);
    }
    t.deepEqual((await sandbox.verify()).problems, []);
  });
}
