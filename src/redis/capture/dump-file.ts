// dump.rdb as a file: which one it is, and what its first bytes say of its making. Redis never changes
// a dump in place, it renames a new one over it: an open descriptor stays good, and any difference in
// device, inode or times is another dump. (An inode's number alone is used again.)
import { walkRdb } from '../../persistence/rdb/walk-rdb.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { FileReader } from '../../system/files/byte-reader.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileDescriptor, FileStat, FileSystem } from '../../system/files/file-system.js';

export interface OpenDump {
  readonly descriptor: FileDescriptor;
  readonly stat: FileStat;
  /** When the server began to write it, in seconds by its own clock; null where it does not say. */
  readonly createdSeconds: number | null;
  /** The server's memory at that time. */
  readonly usedMemoryBytes: number | null;
}

/** Fields of this kind stand at the beginning of the file. */
const HEADER_BYTES = 4096;

/** Opens a dump; the caller closes it. Null where there is none: a link is replaced by the next save. */
export async function openDump(fileSystem: FileSystem, path: BytePath): Promise<OpenDump | null> {
  let descriptor: FileDescriptor;
  try {
    descriptor = fileSystem.open(path, 'read');
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ELOOP')) return null;
    throw error;
  }
  const stat = fileSystem.statOpen(descriptor);
  const sizeBytes = Math.min(HEADER_BYTES, Number(stat.size));
  const { auxFields } = await walkRdb(new FileReader(fileSystem, descriptor, sizeBytes), {
    verifyChecksum: false,
  });
  return {
    descriptor,
    stat,
    createdSeconds: toNumber(auxFields.get('ctime')),
    usedMemoryBytes: toNumber(auxFields.get('used-mem')),
  };
}

export function isSameDump(a: FileStat, b: FileStat): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.mtimeNs === b.mtimeNs && a.size === b.size;
}

function toNumber(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : null;
}
