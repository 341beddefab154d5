// Asks a server to save, and makes sure that it did. LASTSAVE alone proves little: it counts whole seconds,
// and a save that was killed leaves the last status unchanged. A save counts when the server reports ok,
// the directory has a new dump, and that dump was begun after we asked.
import { ServerError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { FileStat, FileSystem } from '../../system/files/file-system.js';
import { pause } from '../../system/time/pause.js';
import type { ServerConnection } from '../connection/connection.js';
import type { Patience } from '../connection/patience.js';
import { replyText } from '../connection/reply.js';
import { type ServerInfo, infoFlag, infoNumber, readInfo } from '../connection/server-info.js';
import { readServerTime } from '../server/server-time.js';
import { type OpenDump, isSameDump, openDump } from './dump-file.js';

export interface SaveRequest {
  readonly connection: ServerConnection;
  readonly patience: Patience;
  readonly fileSystem: FileSystem;
  /** Where the dump must appear. */
  readonly path: BytePath;
  /** The dump that is there now, or null. */
  readonly before: FileStat | null;
  readonly how: 'bgsave' | 'save';
  /** Called while the server saves; `totalKeys` is 0 where the server does not count. */
  readonly onProgress: (doneKeys: number, totalKeys: number) => void;
}

/** FLUSHALL, or a resync of a replica, kills a save. The server is then asked again. */
const ATTEMPTS = 3;
/** More than a second, since LASTSAVE counts whole seconds. */
const BETWEEN_ATTEMPTS_MS = 1100;

/**
 * @returns the new dump, open; the caller closes it
 * @throws ServerError
 */
export async function saveDump(request: SaveRequest): Promise<OpenDump> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await saveOnce(request);
    if (outcome !== null) return outcome;
    if (attempt === ATTEMPTS) {
      throw new ServerError(
        'failed',
        `Redis at ${request.connection.address} was asked ${ATTEMPTS} times to save, but there is no new '${formatPath(request.path)}'`,
        {
          address: request.connection.address,
          hint: 'read the log of the server: FLUSHALL or a resync may have ended the saves',
        },
      );
    }
    await pause(BETWEEN_ATTEMPTS_MS);
  }
}

/** @returns null where the save was killed */
async function saveOnce(request: SaveRequest): Promise<OpenDump | null> {
  const { connection, fileSystem, path } = request;
  await waitForSave(request);
  const current = fileSystem.stat(path);
  const askedSeconds = await readServerTime(connection);
  const lastSaveBefore = infoNumber(await readInfo(connection, ['persistence']), LAST_SAVE);
  const isScheduled = await begin(request);
  const info = await finish(request, isScheduled);
  if (info.get('rdb_last_bgsave_status') === 'err') throw saveFailed(connection.address, path);
  const dump = await openDump(fileSystem, path);
  if (dump !== null) {
    const { stat } = dump;
    const isNew = [request.before, current].every((old) => old === null || !isSameDump(old, stat));
    if (isNew && (dump.createdSeconds ?? askedSeconds) >= askedSeconds - LAG_SECONDS) return dump;
    fileSystem.close(dump.descriptor);
  }
  if (infoNumber(info, LAST_SAVE) === lastSaveBefore) return null;
  throw new ServerError(
    'directory',
    `Redis at ${connection.address} has saved, but not to '${formatPath(path)}'`,
    {
      address: connection.address,
      hint: 'if the dump has another name, give --redis-conf FILE; if the server runs in a container, name its directory on this machine as SOURCE',
    },
  );
}

/**
 * A server notes when it saves by a clock that is up to a tick behind that of its TIME, and so, just after a second has
 * begun, by a second. No save was running then, and the dump is not the one that was there, so it is no older one.
 */
const LAG_SECONDS = 1;

const LAST_SAVE = 'rdb_last_save_time';

/** Waits until no save is running. */
async function waitForSave({ connection, patience, onProgress }: SaveRequest): Promise<void> {
  await patience.until(
    async () => {
      const info = await patience.whileOccupied(async () => readInfo(connection, ['persistence']));
      if (!isSaving(info) && !infoFlag(info, 'module_fork_in_progress')) return true;
      tellProgress(info, onProgress);
      return null;
    },
    () => tooLong(connection.address),
  );
}

/** @returns whether the save is only scheduled, and begins when the rewrite of the AOF has ended */
async function begin({ connection, patience, how }: SaveRequest): Promise<boolean> {
  if (how === 'save') {
    await startWhenFree(connection, patience, async () => saveInForeground(connection, patience));
    return false;
  }
  return startWhenFree(connection, patience, async () => {
    const info = await readInfo(connection, ['persistence']);
    const isRewriting = infoFlag(info, 'aof_rewrite_in_progress');
    const reply = await connection.call(isRewriting ? ['BGSAVE', 'SCHEDULE'] : ['BGSAVE']);
    return /scheduled/i.test(replyText(reply));
  });
}

/** The server answers SAVE, and everything else, only when the dump is written. */
async function saveInForeground(connection: ServerConnection, patience: Patience): Promise<void> {
  try {
    await connection.call(['SAVE'], patience.leftMs);
  } catch (error) {
    const isSilent = error instanceof ServerError && error.trouble === 'unreachable';
    throw isSilent ? tooLong(connection.address) : error;
  }
}

/** Tries to start a save until no other save or rewrite is in its way. */
async function startWhenFree<T>(
  { address }: ServerConnection,
  patience: Patience,
  start: () => Promise<T>,
): Promise<T> {
  const started = await patience.until(
    async () => {
      try {
        return { value: await patience.whileOccupied(start) };
      } catch (error) {
        if (error instanceof ServerError && error.trouble === 'saving') return null;
        throw error;
      }
    },
    () => tooLong(address),
  );
  return started.value;
}

/** Waits until the save has ended, well or badly. */
async function finish(request: SaveRequest, isScheduled: boolean): Promise<ServerInfo> {
  const { connection, patience, fileSystem, path, before, onProgress } = request;
  let mayBegin = isScheduled;
  try {
    return await patience.until(
      async () => {
        const info = await readInfo(connection, ['persistence']);
        tellProgress(info, onProgress);
        const stat = mayBegin ? fileSystem.stat(path) : null;
        const hasBegun =
          isSaving(info) || (stat !== null && (before === null || !isSameDump(before, stat)));
        if (hasBegun || info.get('rdb_last_bgsave_status') === 'err') mayBegin = false;
        return isSaving(info) || mayBegin ? null : info;
      },
      () => tooLong(connection.address),
    );
  } catch (error) {
    const isLost = error instanceof ServerError && ['lost', 'unreachable'].includes(error.trouble);
    if (!isLost) throw error;
    throw new ServerError('lost', `Redis at ${connection.address} was lost during its save`, {
      address: connection.address,

      hint: 'read the log of the server, and dmesg: a kernel that is out of memory kills the largest process',
      cause: error,
    });
  }
}

function isSaving(info: ServerInfo): boolean {
  return infoFlag(info, 'rdb_bgsave_in_progress');
}

function tellProgress(info: ServerInfo, onProgress: SaveRequest['onProgress']): void {
  onProgress(
    infoNumber(info, 'current_save_keys_processed') ?? 0,
    infoNumber(info, 'current_save_keys_total') ?? 0,
  );
}

function tooLong(address: string): ServerError {
  return new ServerError('timeout', `Redis at ${address} is still saving or rewriting its data`, {
    address,

    hint: 'the save goes on by itself; raise --wait-timeout to wait longer',
  });
}

function saveFailed(address: string, path: BytePath): ServerError {
  return new ServerError('failed', `Redis at ${address} could not save '${formatPath(path)}'`, {
    address,

    hint: 'read the log of the server for the reason, such as a full disk or a directory that it may not write to; until a save succeeds it may refuse all writes (stop-writes-on-bgsave-error)',
  });
}
