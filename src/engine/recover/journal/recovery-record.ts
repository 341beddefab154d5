// What a journal says of a recovery as a whole (docs/format.md, "A recovery"). A journal may lie in a repository, and that may
// come from elsewhere. So nothing in it is ever run as a command, and nothing in it names a path to write to: it has names
// within the server's directory, which a person has named again and whose device and inode must be the same.
import { isRecoveryId, isSafePath } from '../../../repository/layout.js';
import type { StoredObject } from '../../../repository/stored/stored-fields.js';
import { type BytePath, formatPath, parsePath } from '../../../system/files/byte-path.js';

export interface RecoveryRecord {
  readonly id: string;
  /** Name and version of the program that began it. */
  readonly program: string;
  readonly snapshotId: number;
  /** The TIME as it was typed: the same command goes on with the recovery, although `now` means another snapshot by then. */
  readonly time: string;
  /** The content digest of the archive that is brought back; null for a snapshot of the repository. */
  readonly archive: string | null;
  /** The server's directory: the path for messages, the identity to know it again. */
  readonly directory: { readonly path: BytePath; readonly dev: bigint; readonly ino: bigint };
  /** Names in the directory that the server loads or writes: an undo takes them away. */
  readonly data: readonly BytePath[];
  /** Names in the directory that are moved out of the way. */
  readonly aside: readonly BytePath[];
  /** Whether they stay within the directory. */
  readonly isAsideWithin: boolean;
  /** Who starts the server, as words for a person. */
  readonly startedBy: string;
}

export function encodeRecord(record: RecoveryRecord): Record<string, unknown> {
  const { id, program, snapshotId, time, archive, directory, data, aside } = record;
  const { isAsideWithin, startedBy } = record;
  return {
    id,
    program,
    snapshotId,
    time,
    archive,
    directory: {
      path: formatPath(directory.path),
      device: String(directory.dev),
      inode: String(directory.ino),
    },
    data: data.map(encodeName),
    aside: aside.map(encodeName),
    isAsideWithin: isAsideWithin ? 1 : 0,
    startedBy,
  };
}

function encodeName(name: BytePath): Record<string, unknown> {
  return { name: formatPath(name) };
}

/** @throws Error for a value that this program does not write */
export function decodeRecord(stored: StoredObject): RecoveryRecord {
  const id = stored.text('id');
  if (!isRecoveryId(id)) throw new Error("'id' is not the id of a recovery");
  const directory = stored.objectOrNull('directory', (of) => ({
    path: parsePath(of.text('path')),
    dev: toNumber(of.text('device')),
    ino: toNumber(of.text('inode')),
  }));
  if (directory === null) throw new Error("'directory' is missing");
  return {
    id,
    program: stored.text('program'),
    snapshotId: stored.count('snapshotId'),
    time: stored.text('time'),
    archive: stored.laterTextOrNull('archive'),
    directory,
    data: decodeNames(stored, 'data'),
    aside: decodeNames(stored, 'aside'),
    isAsideWithin: stored.count('isAsideWithin') === 1,
    startedBy: stored.text('startedBy'),
  };
}

function decodeNames(stored: StoredObject, field: string): BytePath[] {
  return stored.list(field, (item) => {
    const name = parsePath(item.text('name'));
    if (name.includes('/') || !isSafePath(name)) throw new Error(`'${field}' has an unsafe name`);
    return name;
  });
}

function toNumber(text: string): bigint {
  if (!/^-?[0-9]{1,20}$/.test(text)) throw new Error('a number has other characters than digits');
  return BigInt(text);
}
