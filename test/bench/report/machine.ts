// The machine that was measured. Without it the numbers mean nothing.
import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

import { formatMebibytes } from './format-quantities.js';
import { runQuietly } from '../commands/run-quietly.js';

/** Facts by name, for people. */
export type MachineFacts = Readonly<Record<string, string>>;

/** @param directory the folder of the benchmark's files */
export async function describeMachine(directory: string): Promise<MachineFacts> {
  const server = await redisServerVersion();
  return {
    processor: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, ${arch()}`,
    memory: formatMebibytes(totalmem()),
    kernel: release(),
    'file system': await fileSystemOf(directory),
    'load before': (loadavg()[0] ?? 0).toFixed(1),
    'redis-server': server,
    'Node.js': process.versions.node,
  };
}

/** The file system type of the mount that a path is on: the longest mount point that leads to the path. */
async function fileSystemOf(directory: string): Promise<string> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => {
    const [, point = '', type = 'unknown'] = line.split(' ');
    return { point, type };
  });
  const [mount] = mounts
    .filter(({ point }) => `${directory}/`.startsWith(point.endsWith('/') ? point : `${point}/`))
    .sort((a, b) => b.point.length - a.point.length);
  return mount?.type ?? 'unknown';
}

async function redisServerVersion(): Promise<string> {
  try {
    const answer = await runQuietly({ command: 'redis-server', args: ['--version'] });
    return /v=(\S+)/.exec(answer)?.[1] ?? 'unknown';
  } catch (error) {
    throw new Error('the data are made with redis-server, which cannot be run', { cause: error });
  }
}
