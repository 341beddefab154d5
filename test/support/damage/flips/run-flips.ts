// Tries many flips on as many processes as the machine has cores, and sees to it that each try ends.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FlipAnswer, FlipTask } from './flip-task.js';
import type { FlipWorld } from './flip-world.js';

/** One try takes about a tenth of a second. Only a command that never ends takes this long. */
const ENDLESS_MS = 60_000;

/**
 * @param folder an empty one, for the processes
 * @returns the flips of which something is wrong
 */
export async function runFlips(
  world: FlipWorld,
  folder: string,
  tasks: readonly FlipTask[],
): Promise<FlipAnswer[]> {
  const worldFile = path.join(folder, 'world.json');
  await fs.writeFile(worldFile, JSON.stringify(world));
  const waiting = [...tasks];
  const wrong: FlipAnswer[] = [];
  let started = 0;
  const work = async (): Promise<void> => {
    let child: ChildProcess | null = null;
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      started += 1;
      child ??= await start(path.join(folder, String(started)), worldFile);
      const answer = await ask(child, task);
      if (answer.wrong.length > 0) wrong.push(answer);
      if (child.connected) continue;
      child = null;
    }
    child?.disconnect();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return wrong;
}

async function start(folder: string, worldFile: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('flip-process.js', import.meta.url));
  const child = fork(program, [folder, worldFile]);
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the process of the flips does not start');
    }),
  ]);
  return child;
}

/** A process that does not answer is ended. */
async function ask(child: ChildProcess, task: FlipTask): Promise<FlipAnswer> {
  const ended = new AbortController();
  const { signal } = ended;
  const failed = (why: string): FlipAnswer => {
    child.kill('SIGKILL');
    if (child.connected) child.disconnect();
    return { ...task, wrong: [why] };
  };
  try {
    const answered = once(child, 'message', { signal }).then(([answer]) => answer as FlipAnswer);
    const exited = once(child, 'exit', { signal }).then(() => failed('the process has died'));
    const endless = delay(ENDLESS_MS, null, { signal }).then(() =>
      failed('a command does not end'),
    );
    child.send(task);
    const endings = [answered, exited, endless];
    // Those that are not needed are aborted.
    for (const ending of endings) ending.catch(() => {});
    return await Promise.race(endings);
  } finally {
    ended.abort();
  }
}
