// What a backup asks of the file system, counted: folders of SOURCE are listed once, bytes of SOURCE are
// read once, and no file stays open.
import test from 'ava';
import * as fs from 'node:fs';
import path from 'node:path';
import type { BytePath } from '../../../src/system/files/byte-path.js';
import type { FileDescriptor, OpenMode } from '../../../src/system/files/file-system.js';

import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { edited, randomBytes } from '../../support/sandbox/large-content.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const FOLDERS = ['.', 'appendonlydir', 'deep', 'deep/er'];

async function makeSource(sandbox: Sandbox): Promise<void> {
  await sandbox.write('dump.rdb', 'x');
  await sandbox.write('appendonlydir/appendonly.aof.1.incr.aof', 'y');
  await sandbox.write('deep/er/file', 'z');
}

/** How often a backup lists each folder of SOURCE. */
async function countListings(sandbox: Sandbox): Promise<Record<string, number>> {
  const listings: Record<string, number> = {};
  const fileSystem = new HookedFileSystem(({ operation, path: listed }) => {
    if (operation !== 'list' || !`${listed}/`.startsWith(`${sandbox.source}/`)) return;
    const name = path.relative(sandbox.source, listed) || '.';
    listings[name] = (listings[name] ?? 0) + 1;
  });
  await sandbox.backup({ context: { ...sandbox.context, fileSystem } });
  return listings;
}

test('each folder of SOURCE is listed once, by a first backup and by a later one', async (t) => {
  const sandbox = await createSandbox(t);
  await makeSource(sandbox);
  const once = Object.fromEntries(FOLDERS.map((name) => [name, 1]));
  t.deepEqual(await countListings(sandbox), once);
  t.deepEqual(await countListings(sandbox), once);
});

test('a first backup that finds a repository made by another process scans again, once it has the lock', async (t) => {
  const sandbox = await createSandbox(t);
  await makeSource(sandbox);
  const other = sandbox.withRepository(sandbox.at('other'));
  await other.backup();
  let isForestalled = false;
  const listed: string[] = [];
  const fileSystem = new HookedFileSystem((call) => {
    if (call.operation === 'list' && call.path === sandbox.source) listed.push(call.path);
    if (isForestalled || call.operation !== 'makeDirectory') return;
    isForestalled = true;
    fs.cpSync(other.repository, sandbox.repository, { recursive: true });
    fs.writeFileSync(path.join(sandbox.source, 'newer.rdb'), 'newer');
  });
  const report = await sandbox.backup({ context: { ...sandbox.context, fileSystem } });
  t.false(report.created);
  t.is(listed.length, 2);
  t.deepEqual(report.newFiles, 1, 'what came before the lock is in the snapshot');
});

test('the time of a first snapshot is when its scan began', async (t) => {
  const sandbox = await createSandbox(t);
  await makeSource(sandbox);
  let scanAtMs: number | null = null;
  const fileSystem = new HookedFileSystem(({ operation, path: called }) => {
    if (operation === 'list' && called === sandbox.source)
      scanAtMs ??= sandbox.context.clock.nowMs();
    // Making the repository takes long.
    if (operation === 'makeDirectory') sandbox.context.advance(7);
  });
  const { snapshot } = await sandbox.backup({ context: { ...sandbox.context, fileSystem } });
  t.is(Date.parse(snapshot.time), Math.floor((scanAtMs ?? 0) / 1000) * 1000);
});

/** Knows how many files are open, and how many were at most. */
class CountingFileSystem extends HookedFileSystem {
  readonly descriptors = new Set<FileDescriptor>();
  mostOpen = 0;

  override open(opened: BytePath, mode: OpenMode): FileDescriptor {
    const descriptor = super.open(opened, mode);
    this.descriptors.add(descriptor);
    this.mostOpen = Math.max(this.mostOpen, this.descriptors.size);
    return descriptor;
  }

  override close(descriptor: FileDescriptor): void {
    this.descriptors.delete(descriptor);
    super.close(descriptor);
  }
}

test('files are closed as soon as nothing reads them, however many there are', async (t) => {
  const sandbox = await createSandbox(t);
  for (const night of [1, 2]) {
    for (let index = 0; index < 50; index += 1)
      await sandbox.write(`${index}.rdb`, `night ${night}`);
    const fileSystem = new CountingFileSystem();
    await sandbox.backup({ context: { ...sandbox.context, fileSystem } });
    t.is(fileSystem.descriptors.size, 0, `night ${night}`);
    t.true(fileSystem.mostOpen < 10, `${fileSystem.mostOpen} files open at once`);
  }
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('the files of a delta stay open until the delta is made, and are closed then', async (t) => {
  const sandbox = await createSandbox(t);
  let bytes = randomBytes('a');
  for (const night of ['a', 'b', 'c']) {
    bytes = edited(bytes, night);
    await sandbox.write('dump.rdb', bytes);
    await sandbox.write('grown.aof', Buffer.concat([randomBytes('grown'), Buffer.from(night)]));
    const fileSystem = new CountingFileSystem();
    await sandbox.backup({ context: { ...sandbox.context, fileSystem } });
    t.is(fileSystem.descriptors.size, 0, `night ${night}`);
  }
  t.deepEqual((await sandbox.verify()).problems, []);
});
