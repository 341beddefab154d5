// The delta of a file that has only grown, backwards: the old version is the beginning of the new one.

/** Magic, COPY with 8-byte start and length, END: whatever the length, one shape. */
const COPY_64_64 = 0x54;

/** A whole librsync delta whose result is the first `sizeBytes` bytes of its basis. */
export function encodePrefixDelta(sizeBytes: number): Buffer {
  if (sizeBytes === 0) return Buffer.from('7273023600', 'hex');
  const delta = Buffer.alloc(22);
  delta.writeUInt32BE(0x72730236, 0);
  delta.writeUInt8(COPY_64_64, 4);
  delta.writeBigUInt64BE(0n, 5);
  delta.writeBigUInt64BE(BigInt(sizeBytes), 13);
  return delta;
}
