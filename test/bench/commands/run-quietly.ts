// Runs commands of the set-up, which are not measured.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Step } from './measure-process.js';

const run = promisify(execFile);

/** Runs a command and returns its stdout. Throws, with its stderr, unless it exits 0. */
export async function runQuietly({ command, args, cwd, env }: Step): Promise<string> {
  const { stdout } = await run(command, [...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    maxBuffer: 64 << 20,
  });
  return stdout;
}
