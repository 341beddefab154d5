// The reverse delta of a file that only grew: its older version is the beginning of the newer one.

/** COPY with an 8-byte start and an 8-byte length: one form for every length. */
const COPY_64_64 = 0x54;

/** A whole librsync delta. Its result is the first `sizeBytes` bytes of its basis. */
export function encodePrefixDelta(sizeBytes: number): Buffer {
  if (sizeBytes === 0) return Buffer.from('7273023600', 'hex');
  const delta = Buffer.alloc(22);
  delta.writeUInt32BE(0x72730236, 0);
  delta.writeUInt8(COPY_64_64, 4);
  delta.writeBigUInt64BE(0n, 5);
  delta.writeBigUInt64BE(BigInt(sizeBytes), 13);
  return delta;
}
