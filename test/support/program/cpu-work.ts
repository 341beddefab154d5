// How much a process has computed: a measure that a busy machine does not stretch.
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';

const SAMPLE_MS = 5;

/** Clock ticks of CPU that the process has used; undefined once it is gone (proc(5), fields 14 and 15). */
async function cpuTicks(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(ticks) ? undefined : ticks;
}

/** Clock ticks of CPU that the child uses from now to its end, to a sample or two. */
export async function ticksToTheEnd(child: ChildProcess): Promise<number> {
  const pid = child.pid ?? 0;
  const before = (await cpuTicks(pid)) ?? 0;
  let last = before;
  while (child.exitCode === null && child.signalCode === null) {
    last = (await cpuTicks(pid)) ?? last;
    await pause(SAMPLE_MS);
  }
  return last - before;
}
