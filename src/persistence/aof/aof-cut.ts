// Finds how much of an AOF, to which a server still writes, belongs in a backup: up to the last whole
// command outside of a transaction. A server loads a file that ends there without complaint. The cut is
// found before the file is copied, so the file is read twice: decision 0008 says why.
import type { ByteReader } from '../../system/files/byte-reader.js';
import { readChunks } from '../../system/files/read-chunks.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { walkRdb } from '../rdb/walk-rdb.js';
import { AofScanStream } from './aof-scan.js';

/**
 * @param reader the bytes that the file had at one moment
 * @returns how many bytes to keep; all of them if the file is not understood, since a person must then
 *   judge what it holds
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

/**
 * Where the commands begin. Before Redis 7.0 a file may begin with an RDB: null if that is not
 * understood.
 */
async function endOfPreamble(reader: ByteReader, checkpoint: Checkpoint): Promise<number | null> {
  const head = Buffer.alloc(MAGIC.length);
  const count = reader.read(head, 0);
  if (head.subarray(0, count).toString('latin1') !== MAGIC) return 0;
  const { end } = await walkRdb(reader, { verifyChecksum: false, checkpoint });
  return end.kind === 'complete' ? end.sizeBytes : null;
}
