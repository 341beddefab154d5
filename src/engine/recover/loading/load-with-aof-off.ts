// Loads a dump into a server whose configuration has the AOF on, where an AOF cannot begin with a dump (before 4.0): the server
// is started for a moment with its AOF off, which is then switched on. Once everything is in the AOF, the server is stopped, and
// whoever supervises it can start it as always. The configuration is not changed.
import { ServerError } from '../../../errors.js';
import type { ServerConnection } from '../../../redis/connection/connection.js';
import { lookAtAof } from '../../../redis/control/aof-files.js';
import { readAofState } from '../../../redis/control/aof-state.js';
import { setAppendOnly } from '../../../redis/control/set-appendonly.js';
import { startServer } from '../../../redis/control/start-server.js';
import { runControlCommand } from '../../../redis/control/run-control-command.js';
import { stopServer } from '../../../redis/control/stop-server.js';
import type { StopPlan } from '../../../redis/control/supervision.js';
import { type BytePath, joinPath } from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { inspectProcess } from '../../../system/processes/process-origin.js';
import {
  type DirectoryIdentity,
  findServerIn,
} from '../../../system/processes/server-processes.js';
import type { ProgramStart } from '../../../system/processes/start-program.js';
import type { Checkpoint } from '../../../system/time/checkpoint.js';
import type { TargetSettings } from '../plan/recovery-facts.js';
import { type LoadedServer, untilOnDisk } from './require-aof.js';

export interface DumpLoading extends Pick<LoadedServer, 'fileSystem' | 'patience' | 'settings'> {
  /** A real path, and what it leads to. */
  readonly path: BytePath;
  readonly directory: DirectoryIdentity;
  /** How the server is started with its AOF off. */
  readonly command: ProgramStart;
  /** How the server is stopped that a run which was killed may have started in the end. */
  readonly stop: StopPlan;
  readonly connect: () => Promise<ServerConnection>;
  readonly checkpoint: Checkpoint;
  readonly onLoading: (loadedBytes: number, totalBytes: number) => void;
  readonly onRewriting: LoadedServer['onRewriting'];
}

/**
 * No server runs on return, and the AOF is on the disk. Done again after a kill, it goes on.
 * @throws ServerError, SystemError, InterruptedError
 */
export async function loadWithAofOff(loading: DumpLoading): Promise<void> {
  const { fileSystem, path, directory, settings, patience, command } = loading;
  const isRunning = findServerIn(directory) !== null;
  // The server puts its AOF there by a rename, when it holds everything.
  if (!isRunning && hasWholeAof(fileSystem, path, settings)) return;
  const connection = await startServer({
    directory,
    plan: isRunning ? { kind: 'program', words: ['true'] } : { kind: 'again', command },
    connect: loading.connect,
    patience,
    checkpoint: loading.checkpoint,
    onLoading: loading.onLoading,
  });
  try {
    if (!(await readAofState(connection)).isEnabled) await setAppendOnly(connection, 'yes');
    await untilOnDisk({ ...loading, connection });
    const processId = findServerIn(directory);
    const { stop, checkpoint } = loading;
    if (isRunning && (stop.kind === 'program' || stop.kind === 'shell')) {
      await runControlCommand(stop, 'stop the server', { timeoutMs: patience.leftMs, checkpoint });
    }
    await stopServer({
      plan: { kind: 'shutdown' },
      server: processId === null ? null : inspectProcess(processId),
      directory,
      connection,
      // Everything is in the AOF, and that is what the server loads from now on.
      shutdown: 'nosave',
      patience,
      checkpoint,
    });
  } finally {
    connection.close();
  }
}

/** Before the first rewrite has ended, an AOF of one file is empty, and a set has no manifest. */
function hasWholeAof(
  fileSystem: FileSystem,
  path: BytePath,
  settings: Pick<TargetSettings, 'aofFolder' | 'aofName'>,
): boolean {
  const held = fileSystem.hold(path);
  try {
    if (lookAtAof(fileSystem, path, settings) === null) return false;
    if (settings.aofFolder !== null) return true;
    return (fileSystem.stat(joinPath(path, settings.aofName))?.size ?? 0n) > 0n;
  } finally {
    held.release();
  }
}

/** @throws ServerError where nothing shows how the server is started */
export function requireLoadingStart(command: ProgramStart | null): ProgramStart {
  if (command !== null) return command;
  throw new ServerError(
    'failed',
    'the server must be started with its append-only file off first, and nothing shows how',
    { address: null, hint: 'name its configuration file: --redis-conf FILE' },
  );
}
