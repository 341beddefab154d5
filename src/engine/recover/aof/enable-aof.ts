// Switches the AOF of a running server on, and waits until it holds everything. A switch that fails is taken back.
import { NoSpaceError, ServerError } from '../../../errors.js';
import { estimateDumpBytes } from '../../../redis/capture/plan-save.js';
import { inspectDump } from '../../../redis/capture/dump-file.js';
import { type AofFiles, lookAtAof } from '../../../redis/control/aof-files.js';
import { type AofState, readAofState } from '../../../redis/control/aof-state.js';
import { setAppendOnly } from '../../../redis/control/set-appendonly.js';
import { waitForAof } from '../../../redis/control/wait-for-aof.js';
import { formatPath, joinPath } from '../../../system/files/byte-path.js';
import { formatSize } from '../../../system/text/format-size.js';
import { type Note, infoNote, lookNote } from '../../run/notes.js';
import type { SwitchRun, Switched } from './switch-run.js';

/** @throws ServerError, NoSpaceError */
export async function enableAof(run: SwitchRun): Promise<Switched> {
  const { reached, directory, standing, onProgress } = run;
  const { connection, patience } = reached;
  const before = await readAofState(connection);
  const wasOn = before.isEnabled;
  const old = wasOn ? null : look(run);
  if (wasOn) {
    standing.changed(`the AOF was on before; it may not be in the configuration: ${run.again}`);
  } else {
    if (!run.force) await requireRoom(run);
    await standing.change(
      `the AOF may be on, and Redis goes on writing it; it is not in the configuration yet: ${run.again}`,
      async () => setAppendOnly(connection, 'yes'),
    );
  }
  const { progress, state } = await waitForAof({
    connection,
    patience,
    before,
    onProgress: onProgress('rewriting'),
  });
  if (progress !== 'done') throw await giveUp(run, progress, wasOn);
  standing.changed(
    `the AOF is on until Redis starts again; it is not in the configuration yet: ${run.again}`,
  );
  const files = directory === null ? null : requireFiles(run, old);
  return {
    wasOn,
    proof: files === null ? 'server' : 'files',
    files: files?.paths ?? [],
    dump: null,
    notes: enableNotes(run, state),
  };
}

function look({ reached, directory, context }: SwitchRun): AofFiles | null {
  if (directory === null) return null;
  return lookAtAof(context.fileSystem, directory.path, reached.settings);
}

/** The base of an AOF is a dump. @throws NoSpaceError */
async function requireRoom({ reached, directory, context }: SwitchRun): Promise<void> {
  if (directory === null) return;
  const { fileSystem } = context;
  const former = await inspectDump(fileSystem, joinPath(directory.path, reached.settings.dumpName));
  const neededBytes = estimateDumpBytes(former, reached.facts.usedMemoryBytes);
  const freeBytes = fileSystem.freeBytes(directory.path);
  if (freeBytes >= neededBytes) return;
  const { path } = directory;
  throw new NoSpaceError(
    `not enough space for an AOF in '${formatPath(path)}': about ${formatSize(neededBytes)} are needed, ${formatSize(freeBytes)} are free`,
    { path, neededBytes, freeBytes, hint: 'free some space, or try anyway with --force' },
  );
}

/** Switches off again what this run has switched on. @returns the error to throw */
async function giveUp(
  { reached, standing, again }: SwitchRun,
  progress: 'failed' | 'off',
  wasOn: boolean,
): Promise<ServerError> {
  const { connection } = reached;
  const { address } = connection;
  if (progress === 'off') {
    standing.changed(`the AOF is off: ${again}`);
    const message = `somebody has switched the AOF of Redis at ${address} off meanwhile`;
    return new ServerError('failed', message, { address });
  }
  const message = `Redis at ${address} could not write its AOF`;
  const log =
    'read the log of the server for the reason, such as a full disk or a folder that it may not write to';
  if (wasOn) {
    standing.changed(
      'the AOF was on before and still is, but there may be none on the disk; Redis tries again by itself',
    );
    return new ServerError('failed', message, { address, hint: log });
  }
  await setAppendOnly(connection, 'no');
  standing.changed(
    (await readAofState(connection)).isEnabled
      ? `the AOF could not be switched off again: '${connection.redisCli} CONFIG SET appendonly no' does it`
      : 'the AOF is off again, as it was before',
  );
  return new ServerError('failed', message, { address, hint: log });
}

/** @param old the AOF that was there before this run has switched the AOF on; null where that does not matter */
function requireFiles(run: SwitchRun, old: AofFiles | null): AofFiles {
  const files = look(run);
  if (files !== null && files.mark !== old?.mark) return files;
  const { reached, directory } = run;
  const { address, redisCli } = reached.connection;
  const { aofFolder, aofName } = reached.settings;
  const place = joinPath(directory?.path ?? aofName, aofFolder ?? aofName);
  throw new ServerError(
    'failed',
    `Redis at ${address} says that its AOF is on and written, but there is none at '${formatPath(place)}', or only an old one`,
    {
      address,
      hint: `if its files were deleted, '${redisCli} BGREWRITEAOF' writes them anew; if they are kept elsewhere, give the configuration of the server with --redis-conf FILE`,
    },
  );
}

function enableNotes({ reached, directory }: SwitchRun, state: AofState): Note[] {
  const { address } = reached.connection;
  const failing = state.isWriteFailing ? 'write to' : state.hasFailed ? 'rewrite of' : null;
  return [
    ...(directory === null
      ? [
          infoNote(
            'unseen-files',
            null,
            `the files of Redis at ${address} cannot be seen from here, so only what it says proves the AOF`,
          ),
        ]
      : []),
    ...(failing === null
      ? []
      : [
          lookNote(
            'aof-failing',
            null,
            `the AOF of Redis at ${address} is on, but the last ${failing} it has failed`,
            'read the log of the server for the reason, such as a full disk',
          ),
        ]),
  ];
}
