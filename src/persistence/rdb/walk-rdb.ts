// A walk through an RDB that can be read at any position. With the checksum it reads every byte. Without
// the checksum it skips long values.
import type { ByteReader } from '../../system/files/byte-reader.js';
import type { RdbWalk } from './rdb-walk.js';
import { WalkJob, type WalkOptions } from './walk-job.js';

/**
 * Finds every key of an RDB without holding any value: about 1 MB of memory for any file.
 * Damaged and unknown files do not throw: the end of the walk says where and why it stopped.
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
