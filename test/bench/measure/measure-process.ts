// Running one command and measuring it from outside: wall clock, CPU of the whole process tree, and
// the peak of its resident memory. Nothing is put between the benchmark and the command.
//
// CPU is what the kernel has added to this process's account of ended children (/proc/self/stat,
// ticks of 10 ms), so the command must be the only child that ends meanwhile. Memory is sampled
// every 10 ms: the sum of VmRSS over all processes of the tree at one moment, where pages that they
// share count once for each; and VmHWM, which misses no peak, where a process was alone so far.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { processTree, readMemory } from './process-tree.js';

/** A program and its arguments. */
export interface Step {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to the benchmark's own environment. */
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

/** Runs a command to its end; throws, with what it printed on stderr, unless it exits 0. */
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

/** Fields 16 and 17 of /proc/self/stat: cutime and cstime; the second field may hold spaces. */
function endedChildrenCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
