// The program under attack: run in this process, which gives the most tries, or as a process of its own.
// ATTACK_PROGRAM names the `dist` of another build, so that one can see which attacks win against it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as CommandLine from '../../../src/cli/run-command-line.js';
import type * as Files from '../../../src/system/files/file-system.js';
import type * as Checkpoints from '../../../src/system/time/checkpoint.js';
import type * as Clocks from '../../../src/system/time/clock.js';
import { projectRoot } from '../program/project-paths.js';

const dist = process.env['ATTACK_PROGRAM'] ?? path.join(projectRoot, 'dist');
const mainScript = path.join(dist, 'src/main.js');

/** How a run ended. */
export interface Ending {
  readonly code: number | null;
  readonly stderr: string;
}

async function load<T>(name: string): Promise<T> {
  return import(pathToFileURL(path.join(dist, 'src', name)).href) as Promise<T>;
}

/** Runs a command line in this process. */
export async function runHere(args: readonly string[]): Promise<Ending> {
  const [{ runCommandLine }, { RealFileSystem }, { systemClock }, { uninterrupted }] =
    await Promise.all([
      load<typeof CommandLine>('cli/run-command-line.js'),
      load<typeof Files>('system/files/file-system.js'),
      load<typeof Clocks>('system/time/clock.js'),
      load<typeof Checkpoints>('system/time/checkpoint.js'),
    ]);
  let stderr = '';
  const stream = { isTTY: false, columns: 80, write: () => true };
  const code = await runCommandLine(args, {
    streams: {
      stdout: stream,
      stderr: {
        ...stream,
        write: (text: string) => {
          stderr += text;
          return true;
        },
      },
      environment: process.env,
      monotonicMs: () => systemClock.monotonicMs(),
    },
    createContext: async (onProgress) => ({
      fileSystem: new RealFileSystem(),
      // Ahead of this machine's, so that files which were just written count as settled.
      clock: { ...systemClock, nowMs: () => systemClock.nowMs() + 10_000 },
      hostName: hostname(),
      program: 'redis-rewind test',
      processId: process.pid,
      uid: 0,
      gid: 0,
      checkpoint: uninterrupted,
      stopping: new AbortController().signal,
      onProgress,
    }),
  });
  return { code, stderr };
}

/** Runs a command line as a process, as cron does. @param environment is added to this one's */
export async function runAsProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  const child = spawn(process.execPath, [mainScript, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}
