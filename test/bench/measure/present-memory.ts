// Virtual machines give memory that nobody uses back to their host, and it costs when it is touched
// again: up to two seconds of system time for 858 MB, for whichever program happens to be first
// (measured). Right before each run as much memory as it takes is therefore touched once.
import { open, readFile, rm } from 'node:fs/promises';

/** How many times the data of a run: a copy, what it is set back from, and what programs hold. */
export const RUN_MEMORY = 4;

/** Of this run alone: another one may be going on. */
const PATH = `/dev/shm/redis-rewind-bench-memory-${process.pid}`;
const CHUNK_BYTES = 16 << 20;
/** Of the memory that is available, so that the page cache keeps what was read into it. */
const SHARE = 0.3;

/** Touches `bytes` of memory, or the share that may be had, and gives them free. */
export async function touchMemory(bytes: number): Promise<void> {
  const chunk = Buffer.alloc(CHUNK_BYTES, 1);
  const wanted = Math.min(bytes, (await availableBytes()) * SHARE);
  const file = await open(PATH, 'w');
  try {
    for (let done = 0; done < wanted; done += CHUNK_BYTES) await file.write(chunk);
  } finally {
    await file.close();
    await rm(PATH);
  }
}

async function availableBytes(): Promise<number> {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'utf8'));
  return Number(kibibytes?.[1] ?? 0) * 1024;
}
