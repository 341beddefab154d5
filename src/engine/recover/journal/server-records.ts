// The records of servers in a folder of this user alone: written before a server is stopped, found again while it is down,
// and removed when the recovery was taken back. Only this user, or root, may write there.
import { CorruptError } from '../../../errors.js';
import { recoveredServerPath } from '../../../repository/layout.js';
import { syncDirectory } from '../../../repository/staging.js';
import { StoredObject, decodeStored } from '../../../repository/stored/stored-fields.js';
import { formatPath, parentPath } from '../../../system/files/byte-path.js';
import { readFileUpTo } from '../../../system/files/read-chunks.js';
import {
  type JournalPlace,
  listRecoveries,
  makeRecoveries,
  requireOwn,
} from './recovery-journal.js';
import { type ServerRecord, decodeServer, encodeServer } from './server-record.js';

const MOST_BYTES = 1024 * 1024;
const LOOKED_AT_MOST = 200;

/** @param at the folder of this user; it is made where it is missing. Durable on return. @throws InTheWayError, SystemError */
export function writeServerRecord(at: JournalPlace, record: ServerRecord): void {
  const { fileSystem, recoveries } = at;
  makeRecoveries(at);
  const path = recoveredServerPath(recoveries, record.recoveryId);
  const folder = parentPath(path);
  if (fileSystem.stat(folder) === null) fileSystem.makeDirectory(folder, 0o700);
  requireOwn(at, folder);
  const file = fileSystem.open(path, 'create');
  try {
    fileSystem.write(file, Buffer.from(`${encodeServer(record)}\n`, 'utf8'), 0);
    fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
  syncDirectory(fileSystem, folder);
  syncDirectory(fileSystem, recoveries);
}

/**
 * Null where there is none, or where it was cut off.
 * @throws InTheWayError where others may write in its folder; SystemError
 */
export function readServerRecord(at: JournalPlace, recoveryId: string): ServerRecord | null {
  const { fileSystem, recoveries } = at;
  const path = recoveredServerPath(recoveries, recoveryId);
  if (fileSystem.stat(path)?.isFile() !== true) return null;
  requireOwn(at, recoveries);
  requireOwn(at, parentPath(path));
  const text = readFileUpTo(fileSystem, path, MOST_BYTES)?.toString('utf8');
  if (text === undefined || !text.endsWith('\n')) return null;
  try {
    const damage = `the record '${formatPath(path)}' is damaged`;
    const record = decodeStored(text, { damage }, (value) =>
      decodeServer(new StoredObject(value, 'the record')),
    );
    return record.recoveryId === recoveryId ? record : null;
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  }
}

/** Newest first. */
export function listServerRecords(at: JournalPlace): ServerRecord[] {
  const ids = listRecoveries(at).toSorted().slice(-LOOKED_AT_MOST).toReversed();
  return ids.flatMap((id) => readServerRecord(at, id) ?? []);
}

/** The folder stays where the journal is in it too. */
export function removeServerRecord({ fileSystem, recoveries }: JournalPlace, id: string): void {
  const path = recoveredServerPath(recoveries, id);
  if (fileSystem.stat(path) === null) return;
  fileSystem.unlink(path);
  const folder = parentPath(path);
  if (fileSystem.list(folder).length === 0) fileSystem.removeDirectory(folder);
}
