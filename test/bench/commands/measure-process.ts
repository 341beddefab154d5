// Runs one command and measures it from outside: wall clock time, CPU time of the whole process tree, and the
// peak of its resident memory. Nothing stands between the benchmark and the command.
//
// The CPU time is what the kernel adds to the account of ended children of this process (/proc/self/stat, in
// ticks of 10 ms). So the command must be the only child that ends meanwhile. Memory is sampled every 10 ms: the
// sum of VmRSS over the tree, where shared pages count for each process. While the tree is a single process, its
// VmHWM is used, which misses no peak.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { processTree, readMemory } from './process-tree.js';

/** A program and its arguments. */
export interface Step {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Variables added to the environment of the benchmark. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Measurement {
  readonly wallMs: number;
  /** User and system time of the command and all its descendants. */
  readonly cpuMs: number;
  readonly peakRssBytes: number;
}

const SAMPLE_EVERY_MS = 10;
const TICK_MS = 10;
const KEPT_STDERR_CHARACTERS = 4000;

/** Runs a command to its end. Throws, with its stderr, unless it exits 0. */
export async function measureStep(step: Step): Promise<Measurement> {
  const cpuBefore = endedChildrenCpuMs();
  const memory = new PeakMemory();
  const startedMs = performance.now();
  const child = spawn(step.command, step.args, {
    cwd: step.cwd,
    env: { ...process.env, ...step.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killIt = (): boolean => child.kill('SIGKILL');
  process.once('exit', killIt);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-KEPT_STDERR_CHARACTERS);
  });
  memory.sample(child.pid);
  const sampler = setInterval(() => memory.sample(child.pid), SAMPLE_EVERY_MS);
  try {
    const { code, endedMs } = await new Promise<{ code: string; endedMs: number }>(
      (resolve, reject) => {
        let endedAtMs = 0;
        child.once('exit', () => {
          endedAtMs = performance.now();
        });
        child.once('error', reject);
        child.once('close', (exitCode, signal) =>
          resolve({ code: String(exitCode ?? signal), endedMs: endedAtMs }),
        );
      },
    );
    if (code !== '0') {
      throw new Error(`${step.command} ${step.args.join(' ')}: exit ${code}\n${complaint}`);
    }
    return {
      wallMs: endedMs - startedMs,
      cpuMs: endedChildrenCpuMs() - cpuBefore,
      peakRssBytes: memory.peakBytes,
    };
  } finally {
    clearInterval(sampler);
    process.off('exit', killIt);
  }
}

class PeakMemory {
  peakBytes = 0;
  #wasAlone = true;

  sample(pid: number | undefined): void {
    if (pid === undefined) return;
    const memories = processTree(pid).map(readMemory);
    if (memories.length > 1) this.#wasAlone = false;
    const together = memories.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
    const alone = this.#wasAlone ? (memories[0]?.highWaterBytes ?? 0) : 0;
    this.peakBytes = Math.max(this.peakBytes, together, alone);
  }
}

/** Fields 16 and 17 of /proc/self/stat: cutime and cstime. The second field may hold spaces. */
function endedChildrenCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
