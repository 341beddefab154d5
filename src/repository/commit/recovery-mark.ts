// What the next backup must know of a recovery of the server whose files it takes (docs/format.md, "A recovery"). The mark is
// written while the repository is locked, and the backup that has recorded it deletes it. It decides no more than what a backup
// says, and whether SOURCE may be another one than before.
import { CorruptError, RewindError } from '../../errors.js';
import { type BytePath, formatPath, parsePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readFileUpTo } from '../../system/files/read-chunks.js';
import { dataPath, isRecoveryId, recoveryMarkPath } from '../layout.js';
import { syncDirectory } from '../staging.js';
import { StoredObject, decodeStored } from '../stored/stored-fields.js';

export interface RecoveryMark {
  readonly recoveryId: string;
  /** To which the server was brought back. */
  readonly snapshotId: number;
  /** Whether the snapshot came from an archive, so that the repository may lack it. */
  readonly isFromArchive: boolean;
  readonly state: 'begun' | 'recovered' | 'undone';
  /** Where the server is. */
  readonly host: string;
  /** Its directory, a real path. */
  readonly source: BytePath;
}

const MOST_BYTES = 64 * 1024;

/** Takes the place of an earlier mark. Durable on return. @throws SystemError */
export function markRecovery(
  fileSystem: FileSystem,
  repository: BytePath,
  { source, isFromArchive, ...mark }: RecoveryMark,
): void {
  const path = recoveryMarkPath(repository);
  if (fileSystem.stat(path) !== null) fileSystem.unlink(path);
  const file = fileSystem.open(path, 'create');
  try {
    const text = `${JSON.stringify({ ...mark, archive: isFromArchive ? 1 : 0, source: formatPath(source) })}\n`;
    fileSystem.write(file, Buffer.from(text, 'utf8'), 0);
    fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
  syncDirectory(fileSystem, dataPath(repository));
}

/** Null where there is none, or one that this program did not write to its end. */
export function readRecoveryMark(
  fileSystem: FileSystem,
  repository: BytePath,
): RecoveryMark | null {
  const path = recoveryMarkPath(repository);
  if (fileSystem.stat(path)?.isFile() !== true) return null;
  const text = readFileUpTo(fileSystem, path, MOST_BYTES)?.toString('utf8');
  if (text?.endsWith('\n') !== true) return null;
  try {
    return decodeStored(text, { damage: 'the mark is damaged' }, decodeMark);
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  }
}

function decodeMark(value: unknown): RecoveryMark {
  const of = new StoredObject(value, 'the mark');
  const recoveryId = of.text('recoveryId');
  if (!isRecoveryId(recoveryId)) throw new Error("'recoveryId' is not the id of a recovery");
  const state = STATES.find((known) => known === of.text('state'));
  if (state === undefined) throw new Error("'state' is unknown");
  return {
    recoveryId,
    snapshotId: of.count('snapshotId'),
    isFromArchive: of.laterCountOrNull('archive') === 1,
    state,
    host: of.text('host'),
    source: parsePath(of.text('source')),
  };
}

const STATES = ['begun', 'recovered', 'undone'] as const;

/** Never throws for what the file system says: another backup then says the same again. */
export function forgetRecoveryMark(fileSystem: FileSystem, repository: BytePath): void {
  try {
    fileSystem.unlink(recoveryMarkPath(repository));
    syncDirectory(fileSystem, dataPath(repository));
  } catch (error) {
    if (!(error instanceof RewindError)) throw error;
  }
}
