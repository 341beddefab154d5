// Switches the AOF of a running server off. The server saves first: it will load its dump from now on, and what is
// only in the AOF must be in the dump too. The files of the AOF stay.
import { UsageError } from '../../../errors.js';
import { inspectDump } from '../../../redis/capture/dump-file.js';
import { estimateDumpBytes, requireSaveSpace } from '../../../redis/capture/plan-save.js';
import { saveDump } from '../../../redis/capture/save-dump.js';
import { lookAtAof } from '../../../redis/control/aof-files.js';
import { readAofState } from '../../../redis/control/aof-state.js';
import { saveUnseen } from '../../../redis/control/save-unseen.js';
import { setAppendOnly } from '../../../redis/control/set-appendonly.js';
import { type BytePath, joinPath } from '../../../system/files/byte-path.js';
import { type Note, infoNote, lookNote } from '../../run/notes.js';
import type { SeenDirectory } from './seen-directory.js';
import type { SwitchRun, Switched } from './switch-run.js';

/** @throws UsageError where nothing would be persisted from then on; ServerError, NoSpaceError */
export async function disableAof(run: SwitchRun): Promise<Switched> {
  const { reached, directory, context, standing } = run;
  const { connection, settings } = reached;
  const wasOn = (await readAofState(connection)).isEnabled;
  const dump = wasOn ? await save(run) : null;
  if (wasOn) {
    await standing.change(
      `the AOF may be off; it is still on in the configuration, and a start would load the old AOF: ${run.again}`,
      async () => setAppendOnly(connection, 'no'),
    );
  } else {
    standing.changed(`the AOF was off before; it may be on in the configuration: ${run.again}`);
  }
  const old = directory === null ? null : lookAtAof(context.fileSystem, directory.path, settings);
  return {
    wasOn,
    proof: !wasOn ? null : dump === null ? 'server' : 'files',
    files: old?.paths ?? [],
    dump,
    notes: disableNotes(run),
  };
}

/** @returns where the dump is; null where it cannot be seen */
async function save(run: SwitchRun): Promise<BytePath | null> {
  const { reached, directory, onProgress } = run;
  requireSavePoints(run);
  run.standing.at(`nothing was changed, and a save that has begun goes on by itself: ${run.again}`);
  if (directory === null) {
    const { connection, patience } = reached;
    await saveUnseen({ connection, patience, onProgress: onProgress('saving') });
    return null;
  }
  return saveSeen(run, directory);
}

async function saveSeen(
  { reached, force, context, onProgress }: SwitchRun,
  directory: SeenDirectory,
): Promise<BytePath> {
  const { connection, patience, settings, facts } = reached;
  const { fileSystem } = context;
  const path = joinPath(directory.path, settings.dumpName);
  if (!force) {
    const estimate = estimateDumpBytes(await inspectDump(fileSystem, path), facts.usedMemoryBytes);
    requireSaveSpace(directory.path, estimate, fileSystem.freeBytes(directory.path));
  }
  const dump = await saveDump({
    connection,
    patience,
    fileSystem,
    path,
    before: fileSystem.stat(path),
    how: 'bgsave',
    onProgress: onProgress('saving'),
  });
  fileSystem.close(dump.descriptor);
  return path;
}

/** @throws UsageError */
function requireSavePoints({ reached, force }: SwitchRun): void {
  const { connection, settings } = reached;
  if (settings.savePoints !== '' || force) return;
  throw new UsageError(
    `Redis at ${connection.address} has no save points (save ""), so without its AOF nothing would be kept of what is written from then on`,
    {
      hint: `set save points first, such as '${connection.redisCli} CONFIG SET save "3600 1"', or give --force`,
    },
  );
}

function disableNotes({ reached, directory }: SwitchRun): Note[] {
  const { address, redisCli } = reached.connection;
  return [
    ...(directory === null
      ? [
          infoNote(
            'unseen-files',
            null,
            `the files of Redis at ${address} cannot be seen from here: if it has an AOF, the AOF stays and is old from now on, and a start with 'appendonly yes' would load it`,
          ),
        ]
      : []),
    ...(reached.settings.savePoints === ''
      ? [
          lookNote(
            'nothing-persisted',
            null,
            `Redis at ${address} has no save points and no AOF: nothing is kept of what is written from now on`,
            `set save points, such as '${redisCli} CONFIG SET save "3600 1"', and put them into its configuration`,
          ),
        ]
      : []),
  ];
}
