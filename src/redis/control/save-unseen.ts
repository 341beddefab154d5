// Asks a server to save whose files cannot be seen from here, and makes sure of it by what the server says alone.
// Where the directory can be seen, saveDump proves more.
import { ServerError } from '../../errors.js';
import type { ServerConnection } from '../connection/connection.js';
import type { Patience } from '../connection/patience.js';
import { replyText } from '../connection/reply.js';
import { type ServerInfo, infoFlag, infoNumber, readInfo } from '../connection/server-info.js';

/** FLUSHALL, or a resync of a replica, kills a save. The server is then asked again. */
const ATTEMPTS = 3;
/** More than a second, since the time of the last save counts whole seconds. */
const BETWEEN_ATTEMPTS_MS = 1100;

export interface UnseenSave {
  readonly connection: ServerConnection;
  readonly patience: Patience;
  readonly onProgress: (doneKeys: number, totalKeys: number) => void;
}

/** @throws ServerError */
export async function saveUnseen(request: UnseenSave): Promise<void> {
  const { connection, patience } = request;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = await untilIdle(request);
    // The end of the next save is then in another second than that of the last one.
    await patience.rest(BETWEEN_ATTEMPTS_MS);
    if (!(await begin(request))) continue;
    const after = await untilIdle(request);
    if (after.get('rdb_last_bgsave_status') === 'err') throw failed(connection.address);
    if (infoNumber(after, LAST_SAVE) !== infoNumber(before, LAST_SAVE)) return;
  }
  throw failed(connection.address);
}

const LAST_SAVE = 'rdb_last_save_time';

/** @returns false where another save or rewrite came in between */
async function begin({ connection, patience }: UnseenSave): Promise<boolean> {
  try {
    const reply = await patience.whileOccupied(async () => connection.call(['BGSAVE']));
    return /started|scheduled/i.test(replyText(reply));
  } catch (error) {
    if (error instanceof ServerError && error.trouble === 'saving') return false;
    throw error;
  }
}

async function untilIdle({ connection, patience, onProgress }: UnseenSave): Promise<ServerInfo> {
  return patience.until(
    async () => {
      const info = await patience.whileOccupied(async () => readInfo(connection, ['persistence']));
      onProgress(
        infoNumber(info, 'current_save_keys_processed') ?? 0,
        infoNumber(info, 'current_save_keys_total') ?? 0,
      );
      return BUSY.some((field) => infoFlag(info, field)) ? null : info;
    },
    () =>
      new ServerError(
        'timeout',
        `Redis at ${connection.address} is still saving or rewriting its data`,
        {
          address: connection.address,
          hint: 'the save goes on by itself; raise --wait-timeout to wait longer',
        },
      ),
  );
}

const BUSY = ['rdb_bgsave_in_progress', 'aof_rewrite_in_progress', 'module_fork_in_progress'];

function failed(address: string): ServerError {
  return new ServerError('failed', `Redis at ${address} could not save its data`, {
    address,
    hint: 'read the log of the server for the reason, such as a full disk or a directory that it may not write to; until a save succeeds it may refuse all writes (stop-writes-on-bgsave-error)',
  });
}
