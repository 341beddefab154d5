// What /proc says about a process and its descendants at this moment. A process that ends meanwhile is left out.
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessMemory {
  /** VmRSS: the memory that is resident now. */
  readonly residentBytes: number;
  /** VmHWM: the most memory that was ever resident. */
  readonly highWaterBytes: number;
}

/** The process and all its descendants, parents before their children. */
export function processTree(root: number): number[] {
  const pids = [root];
  for (const pid of pids) pids.push(...childrenOf(pid));
  return pids;
}

export function readMemory(pid: number): ProcessMemory {
  const status = unlessGone(() => readFileSync(`/proc/${pid}/status`, 'latin1')) ?? '';
  return {
    residentBytes: kibibytes(/^VmRSS:\s+(\d+) kB/m.exec(status)),
    highWaterBytes: kibibytes(/^VmHWM:\s+(\d+) kB/m.exec(status)),
  };
}

/** /proc lists children with the thread that started them. */
function childrenOf(pid: number): number[] {
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return threads.flatMap((thread) => {
    const list = unlessGone(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1'));
    return (list ?? '').split(' ').filter(Boolean).map(Number);
  });
}

function kibibytes(match: RegExpExecArray | null): number {
  return Number(match?.[1] ?? 0) * 1024;
}

function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
