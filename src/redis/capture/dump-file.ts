// A dump as a file: how to tell it from another one, and what its first bytes say about its making. Redis
// never changes a dump in place. It renames a new one over the old one, so an open descriptor stays good.
// A dump with another device, inode, time or size is another dump; an inode number alone may be reused.
import { walkRdb } from '../../persistence/rdb/walk-rdb.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { FileReader } from '../../system/files/byte-reader.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileDescriptor, FileStat, FileSystem } from '../../system/files/file-system.js';

export interface OpenDump {
  readonly descriptor: FileDescriptor;
  readonly stat: FileStat;
  /** Whether it begins as a dump does. */
  readonly isRdb: boolean;
  /** When the server began to write the dump, by its own clock; null where the dump does not say. */
  readonly createdSeconds: number | null;
  /** The used memory of the server at that time; null where the dump does not say. */
  readonly usedMemoryBytes: number | null;
}

/** Auxiliary fields are at the beginning of a dump. */
const HEADER_BYTES = 4096;

/**
 * Opens a dump, which the caller closes. Null where there is none. Anything but a file is no dump either:
 * the next save replaces it by a file.
 */
export async function openDump(fileSystem: FileSystem, path: BytePath): Promise<OpenDump | null> {
  let descriptor: FileDescriptor;
  try {
    descriptor = fileSystem.open(path, 'read');
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ELOOP')) return null;
    throw error;
  }
  const stat = fileSystem.statOpen(descriptor);
  if (!stat.isFile()) {
    fileSystem.close(descriptor);
    return null;
  }
  const sizeBytes = Math.min(HEADER_BYTES, Number(stat.size));
  const { format, auxFields } = await walkRdb(new FileReader(fileSystem, descriptor, sizeBytes), {
    verifyChecksum: false,
  });
  return {
    descriptor,
    stat,
    isRdb: format !== null,
    createdSeconds: toNumber(auxFields.get('ctime')),
    usedMemoryBytes: toNumber(auxFields.get('used-mem')),
  };
}

/** What the dump that is there says of its size, for an estimate of the next one; null where there is none. */
export async function inspectDump(
  fileSystem: FileSystem,
  path: BytePath,
): Promise<{ readonly sizeBytes: number; readonly usedMemoryBytes: number | null } | null> {
  const dump = await openDump(fileSystem, path);
  if (dump === null) return null;
  fileSystem.close(dump.descriptor);
  return { sizeBytes: Number(dump.stat.size), usedMemoryBytes: dump.usedMemoryBytes };
}

type DumpIdentity = Pick<FileStat, 'dev' | 'ino' | 'mtimeNs' | 'size'>;

export function isSameDump(a: DumpIdentity, b: DumpIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.mtimeNs === b.mtimeNs && a.size === b.size;
}

function toNumber(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}
