// A walk through an RDB that can be read at will. Sequential with the checksum; without it, long values
// are not even read.
import type { ByteReader } from '../../system/files/byte-reader.js';
import type { RdbWalk } from './rdb-walk.js';
import { WalkJob, type WalkOptions } from './walk-job.js';

/**
 * Finds every key of an RDB without holding any value: about 1 MB of memory whatever the file holds.
 * Damaged and unknown files do not throw: the walk's end then says where and why it stopped.
 */
export async function walkRdb(reader: ByteReader, options: WalkOptions = {}): Promise<RdbWalk> {
  const job = new WalkJob(reader.sizeBytes, options);
  while (job.wantsMore) {
    const length = reader.read(job.room(), job.nextByte);
    if (length === 0) break;
    await job.feed(length);
  }
  return job.finish();
}
