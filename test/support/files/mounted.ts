// Small file systems of a test's own: one that can be filled to the last byte, and one that can be
// made read-only. Mounting needs root; where it is not allowed the test that asks for it fails.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { TeardownContext } from './temporary-directory.js';

const run = promisify(execFile);

/** Mounts a file system in memory at `path`, which is made; unmounted when the test ends. */
export async function mountMemory(
  t: TeardownContext,
  path: string,
  sizeBytes: number,
): Promise<void> {
  await mkdir(path);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes},mode=0700`, 'tmpfs', path]);
  t.teardown(async () => {
    await run('umount', ['-l', path]);
  });
}

/** Gives a directory a second place, at `path`, which is made; unmounted when the test ends. */
export async function mountAgain(
  t: TeardownContext,
  directory: string,
  path: string,
): Promise<void> {
  await mkdir(path);
  await run('mount', ['--bind', directory, path]);
  t.teardown(async () => {
    await run('umount', ['-l', path]);
  });
}

export async function remount(path: string, how: 'ro' | 'rw'): Promise<void> {
  await run('mount', ['-o', `remount,${how}`, path]);
}
