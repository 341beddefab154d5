// How much of an AOF that is still being written belongs to a backup: up to the last whole command
// outside of a transaction, which is where a server that loads it ends without a complaint. It is found
// before the file is copied, which reads it again: decision 0008 says why.
import { AofScanStream } from './aof-scan.js';
import { walkRdb } from '../rdb/walk-rdb.js';
import type { ByteReader } from '../../system/files/byte-reader.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { readChunks } from '../../system/files/read-chunks.js';

/**
 * @param reader the bytes that there were at one moment
 * @returns how many bytes to keep; all of them where the file is not understood, since what it holds is
 *   then for a person to judge
 */
export async function findAofCut(reader: ByteReader, checkpoint: Checkpoint): Promise<number> {
  const startsAt = await endOfPreamble(reader, checkpoint);
  if (startsAt === null) return reader.sizeBytes;
  const scan = new AofScanStream(startsAt);
  for (const chunk of readChunks(reader, startsAt)) {
    scan.push(chunk);
    await checkpoint();
  }
  const { end, wholeBytes } = scan.finish();
  return end.kind === 'stopped' ? reader.sizeBytes : wholeBytes;
}

const MAGIC = 'REDIS';

/** Where the commands begin: behind the RDB that a file before 7.0 may begin with; null where that is not understood. */
async function endOfPreamble(reader: ByteReader, checkpoint: Checkpoint): Promise<number | null> {
  const head = Buffer.alloc(MAGIC.length);
  const count = reader.read(head, 0);
  if (head.subarray(0, count).toString('latin1') !== MAGIC) return 0;
  const { end } = await walkRdb(reader, { verifyChecksum: false, checkpoint });
  return end.kind === 'complete' ? end.sizeBytes : null;
}
