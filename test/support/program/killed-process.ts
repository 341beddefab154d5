// The real program under strace: which calls it makes that change what lies below a folder, and the
// same run again, killed with SIGKILL as it enters the n-th of them on one path. For each run to be
// like the first the process believes that it has the same id, which names a restore's work folder;
// and as strace counts by thread, an fsync that is left to another one is made on the main one here.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { cliEnvironment } from './cli.js';
import { mainScript } from './project-paths.js';

/** Calls that change a file or a name, or make a change durable. */
const CALLS =
  'write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,unlinkat,' +
  'mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat';

const ALIKE = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  fs.fsync = (file, done) => {
    fs.fsyncSync(file);
    process.nextTick(done, null);
  };
  syncBuiltinESMExports();
  Object.defineProperty(process, 'pid', { value: 4711 });`;

const ENVIRONMENT = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(ALIKE)}`,
};

export interface KillPoint {
  readonly call: string;
  /** The file or the name that the call changes. */
  readonly path: string;
  /**
   * The n-th time, from 1 on, that the main thread makes the call: on this path where it is made on a
   * descriptor, and on any path where it is made on a name. Such names begin with a descriptor
   * (`/proc/PID/fd/N/name`), so that they are not the same in the next run.
   */
  readonly nth: number;
  readonly isByName: boolean;
}

/** Runs `redis-rewind ...args`, which must succeed, and tells all its calls on paths below `folder`. */
export async function findKillPoints(
  args: readonly string[],
  folder: string,
  log: string,
): Promise<KillPoint[]> {
  const code = await trace(['-y', '-o', log, '-e', `trace=openat,${CALLS}`], args);
  if (code !== 0) throw new Error(`exit ${code} of ${args.join(' ')}`);
  const counts = new Map<string, number>();
  const open = new Map<string, string>();
  const lines = (await readFile(log, 'utf8')).split('\n');
  const mainThread = lines[0]?.split(' ')[0];
  return lines.flatMap((line) => {
    const [, descriptor, opened] = /openat.* = (\d+)<([^>]*)>$/.exec(line) ?? [];
    if (descriptor !== undefined) open.set(descriptor, opened ?? '');
    const [, thread, call = '', rest = ''] = /^(\d+) +([a-z0-9]+)\((.*)$/.exec(line) ?? [];
    if (call === '' || call === 'openat') return [];
    const byDescriptor = /^\d+<([^>]*)>/.exec(rest)?.[1];
    const path = byDescriptor ?? namedPath(/"([^"]*)"/.exec(rest)?.[1] ?? '', open);
    const isByName = byDescriptor === undefined;
    const key = isByName ? `${thread} ${call}` : `${call} ${path}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    if (!path.startsWith(`${folder}/`) && path !== folder) return [];
    if (isByName && thread !== mainThread) throw new Error(`not on the main thread: ${line}`);
    return [{ call, path, nth, isByName }];
  });
}

/** `/proc/PID/fd/N/name` with the path that N was opened at. */
function namedPath(name: string, open: ReadonlyMap<string, string>): string {
  const [, descriptor = '', below = ''] = /^\/proc\/\d+\/fd\/(\d+)(.*)$/.exec(name) ?? [];
  return descriptor === '' ? name : `${open.get(descriptor) ?? '?'}${below}`;
}

/** Runs the same up to a point, and kills it there. @throws where the point is not reached */
export async function killAt(
  args: readonly string[],
  { call, path, nth, isByName }: KillPoint,
): Promise<void> {
  const inject = `inject=${call}:signal=SIGKILL:when=${nth}`;
  const options = ['-o', '/dev/null', '-e', `trace=${call}`, '-e', inject];
  if (!isByName) options.unshift('-P', path);
  const code = await trace(options, args);
  if (code !== 'SIGKILL')
    throw new Error(`exit ${code}: ${call} ${nth} on '${path}' was not reached`);
}

/** @returns the exit code, or the signal that ended it */
async function trace(
  options: readonly string[],
  args: readonly string[],
): Promise<number | NodeJS.Signals> {
  const child = spawn('strace', ['-f', '-qq', ...options, process.execPath, mainScript, ...args], {
    env: cliEnvironment({ env: ENVIRONMENT }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0 && signal === null) throw new Error(`strace or the program failed: ${stderr}`);
  return signal ?? code ?? 0;
}

/** Runs `work` on every item, a few at a time. */
export async function inParallel<T>(
  items: readonly T[],
  atATime: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await work(next[1], next[0]);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}
