// What /proc says of a process and its descendants at this moment. A process that ends while it is
// looked at counts as gone.
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessMemory {
  /** VmRSS: what is resident now. */
  readonly residentBytes: number;
  /** VmHWM: the most that ever was. */
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

/** Children are listed with the thread that started them. */
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
