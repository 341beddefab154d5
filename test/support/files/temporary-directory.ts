// Directories for one test each, under the system's temporary folder, removed when the test ends
// whether or not it passed. Nothing a test writes may lie anywhere else.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The part of ava's `t` that is needed here. */
export interface TeardownContext {
  teardown(cleanUp: () => Promise<void>): void;
}

/**
 * Makes an empty directory (mode 0711, so that a server with another uid can reach what lies below)
 * and has it removed when the test of `t` ends. Returns its real path.
 */
export async function temporaryDirectory(t: TeardownContext): Promise<string> {
  const directory = await makeTemporaryDirectory();
  t.teardown(async () => removeTree(directory));
  return directory;
}

/**
 * As temporaryDirectory, in memory where the machine has a place for that: for tests that make and
 * remove thousands of repositories, and model the disk themselves.
 */
export async function memoryDirectory(t: TeardownContext): Promise<string> {
  const parent = existsSync(MEMORY) ? MEMORY : tmpdir();
  const directory = await makeTemporaryDirectory(parent);
  t.teardown(async () => removeTree(directory));
  return directory;
}

const MEMORY = '/dev/shm';

/** As temporaryDirectory, for programs that are no tests; the caller removes it with removeTree. */
export async function makeTemporaryDirectory(parent = tmpdir()): Promise<string> {
  const directory = await mkdtemp(path.join(await realpath(parent), 'redis-rewind-'));
  await chmod(directory, 0o711);
  return directory;
}

/** Removes a tree, also one with folders that have lost their permissions; none there is fine. */
export async function removeTree(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    await run('chmod', ['-R', 'u+rwX', directory]).catch(() => undefined);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
