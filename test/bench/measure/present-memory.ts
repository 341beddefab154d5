// Touches memory right before each run. A virtual machine returns unused memory to its host, and touching such
// memory again is slow: up to two seconds of system time for 858 MB (measured). Without this, the first program
// would pay for it.
import { open, readFile, rm } from 'node:fs/promises';

/** The memory to touch, as a multiple of the data: a copy, its saved state, and the memory of programs. */
export const RUN_MEMORY = 4;

/** Of this run alone: another one may be going on. */
const PATH = `/dev/shm/redis-rewind-bench-memory-${process.pid}`;
const CHUNK_BYTES = 16 << 20;
/** Of the memory that is available, so that the page cache keeps what was read into it. */
const SHARE = 0.3;

/** Touches `bytes` of memory, or as much as is allowed, and frees them. */
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
