// What a walk finds, as plain objects. The columns of each batch are copied and then overwritten, so that
// a walk that hands out rows twice, or a test that keeps them, is found out.
import { RdbWalkStream } from '../../../src/persistence/rdb/rdb-walk-stream.js';
import type { RdbWalk } from '../../../src/persistence/rdb/rdb-walk.js';
import type { RdbRecordBatch } from '../../../src/persistence/rdb/record-batch.js';
import { walkRdb } from '../../../src/persistence/rdb/walk-rdb.js';
import type { ByteReader } from '../../../src/system/files/byte-reader.js';
import { MemoryReader } from '../../support/files/memory-reader.js';

export interface FoundRecord {
  readonly recordAt: number;
  readonly typeAt: number;
  readonly valueAt: number;
  readonly endAt: number;
  readonly type: number;
  readonly database: number;
  readonly expiresAtMs: number;
}

/** With the hash of the key, which is not part of what is found by its offset. */
export interface HashedRecord extends FoundRecord {
  readonly keyHash: bigint;
}

export interface FoundWalk {
  readonly walk: RdbWalk;
  readonly records: readonly HashedRecord[];
}

export interface FindOptions {
  readonly verifyChecksum?: boolean;
}

export async function findInReader(
  reader: ByteReader,
  options: FindOptions = {},
): Promise<FoundWalk> {
  const records: HashedRecord[] = [];
  const walk = await walkRdb(reader, { ...options, onRecords: gatherInto(records) });
  return { walk, records };
}

export async function findInBytes(
  bytes: Uint8Array,
  options: FindOptions = {},
): Promise<FoundWalk> {
  return findInReader(new MemoryReader(bytes), options);
}

/** The bytes are pushed in pieces of a length, or of several lengths in turn. */
export async function findInPieces(
  bytes: Uint8Array,
  lengths: readonly number[],
  options: FindOptions = {},
): Promise<FoundWalk> {
  const records: HashedRecord[] = [];
  const stream = new RdbWalkStream(bytes.length, { ...options, onRecords: gatherInto(records) });
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    const piece = Buffer.from(bytes.subarray(at, at + length));
    await stream.push(piece);
    piece.fill(0xee);
    at += length;
  }
  return { walk: await stream.finish(), records };
}

/** The records without what only the engine knows. */
export function withoutHashes(records: readonly HashedRecord[]): FoundRecord[] {
  return records.map(({ recordAt, typeAt, valueAt, endAt, type, database, expiresAtMs }) => ({
    recordAt,
    typeAt,
    valueAt,
    endAt,
    type,
    database,
    expiresAtMs,
  }));
}

function gatherInto(records: HashedRecord[]): (batch: RdbRecordBatch) => Promise<void> {
  return async (batch) => {
    for (let row = 0; row < batch.count; row++) records.push(toRecord(batch, row));
    await Promise.resolve();
    batch.recordAt.fill(Number.NaN);
    batch.endAt.fill(Number.NaN);
    batch.type.fill(0xee);
    batch.keyHash.fill(0n);
  };
}

function toRecord(batch: RdbRecordBatch, row: number): HashedRecord {
  return {
    recordAt: batch.recordAt[row] ?? Number.NaN,
    typeAt: batch.typeAt[row] ?? Number.NaN,
    valueAt: batch.valueAt[row] ?? Number.NaN,
    endAt: batch.endAt[row] ?? Number.NaN,
    type: batch.type[row] ?? Number.NaN,
    database: batch.database[row] ?? Number.NaN,
    expiresAtMs: batch.expiresAtMs[row] ?? Number.NaN,
    keyHash: batch.keyHash[row] ?? 0n,
  };
}
