// Writes a new file and leaves its zeros out, so that a file of holes stays one: 100 GB of which 1 MB is data
// take 1 MB. What was never written of a file reads as zeros. Zeros that were no hole become one, which nobody
// can tell from the bytes.
import type { FileDescriptor, FileSystem } from './file-system.js';

/** Holes begin and end at multiples of this. It is a multiple of every usual size of a block. */
const PART_BYTES = 64 * 1024;

/** Shorter zeros are written: a hole would free no block. */
const SHORTEST_HOLE_BYTES = 4096;

const ZEROS = Buffer.alloc(PART_BYTES);

/**
 * As `fileSystem.write`, for a file that has nothing at the position or behind it. Afterwards the file ends with
 * these bytes, even if they are zeros.
 */
export function writeSparsely(
  fileSystem: Pick<FileSystem, 'write' | 'truncate'>,
  file: FileDescriptor,
  bytes: Uint8Array,
  position: number,
): void {
  let data = 0;
  let end = 0;
  for (let at = 0; at < bytes.length; at = end) {
    end = Math.min(bytes.length, at + PART_BYTES - ((position + at) % PART_BYTES));
    if (!isHole(bytes.subarray(at, end))) continue;
    if (data < at) fileSystem.write(file, bytes.subarray(data, at), position + data);
    data = end;
  }
  if (data < bytes.length) fileSystem.write(file, bytes.subarray(data), position + data);
  else if (bytes.length > 0) fileSystem.truncate(file, position + bytes.length);
}

function isHole(part: Uint8Array): boolean {
  if (part.length < SHORTEST_HOLE_BYTES || part[0] !== 0) return false;
  return Buffer.compare(part, ZEROS.subarray(0, part.length)) === 0;
}
