// Makes sure, once a server has loaded its data, that its AOF is on or off as it was planned, and that an AOF that is on is on
// the disk. Otherwise the server has not loaded what was placed, or would not load it the next time.
import { ServerError } from '../../../errors.js';
import type { ServerConnection } from '../../../redis/connection/connection.js';
import type { Patience } from '../../../redis/connection/patience.js';
import { lookAtAof } from '../../../redis/control/aof-files.js';
import { readAofState } from '../../../redis/control/aof-state.js';
import { waitForAof } from '../../../redis/control/wait-for-aof.js';
import { type BytePath, formatPath, joinPath } from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import type { TargetSettings } from '../plan/recovery-facts.js';

export interface LoadedServer {
  readonly fileSystem: FileSystem;
  readonly connection: ServerConnection;
  readonly patience: Patience;
  /** Of the server's directory, a real path. */
  readonly path: BytePath;
  readonly settings: TargetSettings;
  /** Called while the server writes its AOF anew. */
  readonly onRewriting: (doneKeys: number, totalKeys: number) => void;
}

/** @throws ServerError, SystemError */
export async function requireAof(server: LoadedServer): Promise<void> {
  const { connection, settings } = server;
  if (settings.isAofOn === null) return;
  const { isEnabled } = await readAofState(connection);
  if (isEnabled !== settings.isAofOn) throw otherMode(connection.address, isEnabled);
  if (isEnabled) await untilOnDisk(server);
}

/** Returns when no rewrite runs, and all files of the AOF are there. @throws ServerError, SystemError */
export async function untilOnDisk(server: LoadedServer): Promise<void> {
  const { fileSystem, connection, patience, path, settings, onRewriting } = server;
  const { address } = connection;
  const before = await readAofState(connection);
  const { progress } = await waitForAof({ connection, patience, before, onProgress: onRewriting });
  if (progress !== 'done') throw notWritten(address);
  const held = fileSystem.hold(path);
  try {
    await patience.until(
      async () => lookAtAof(fileSystem, path, settings),
      () => notThere(address, joinPath(path, settings.aofFolder ?? settings.aofName)),
    );
  } finally {
    held.release();
  }
}

function otherMode(address: string, isOn: boolean): ServerError {
  const [now, planned] = isOn ? ['on', 'off'] : ['off', 'on'];
  const loads = isOn
    ? 'its append-only file and not the dump'
    : 'its dump and not the append-only file';
  return new ServerError(
    'failed',
    `Redis at ${address} was started with its append-only file ${now}, and the files were placed for it to be ${planned}: it loads ${loads}`,
    {
      address,
      hint: 'name the configuration file that it is started with (--redis-conf FILE), and look for other options in what starts it',
    },
  );
}

function notWritten(address: string): ServerError {
  return new ServerError('failed', `Redis at ${address} could not write its append-only file`, {
    address,
    hint: 'read the log of the server for the reason, such as a full disk or a folder that it may not write to',
  });
}

function notThere(address: string, path: BytePath): ServerError {
  return new ServerError(
    'failed',
    `Redis at ${address} says that its append-only file is on and written, but it is not at '${formatPath(path)}'`,
    { address, hint: 'read the log of the server: it may keep its files elsewhere' },
  );
}
