// CRC-64/Jones, the checksum of RDB files and DUMP payloads (wasm/rdb/crc64.ts): reflected, initial value
// and final xor zero, stored with the least significant byte first. A walk checks a whole file without
// this. No command calls this yet: the shift of expiries will, to seal the RDB that it has changed.
import { instances } from '../../system/wasm/instance-pool.js';
import type { RdbExports } from './rdb-exports.js';

/** The checksum of `bytes`: 64 bits, unsigned. */
export function crc64(bytes: Uint8Array): bigint {
  const engine = instances.take<RdbExports>('small');
  const { exports, view } = engine;
  exports.crcOpen();
  const capacity = exports.crcInputCapacity();
  for (let at = 0; at < bytes.length; at += capacity) {
    const piece = bytes.subarray(at, at + capacity);
    view(exports.crcInput(), piece.length).set(piece);
    exports.crcFeed(piece.length);
  }
  const value = BigInt.asUintN(64, exports.crcValue());
  instances.giveBack(engine);
  return value;
}
