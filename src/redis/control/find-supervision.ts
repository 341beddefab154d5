// Finds out who supervises a running server, by its process. A unit of systemd counts only if the server is its main
// process: a server that was started from a login may be in the group of ssh.service, which nobody wants to be stopped.
import { SystemError } from '../../errors.js';
import { type BytePath, baseName, joinPath, parentPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { type ProcessOrigin, inspectProcess } from '../../system/processes/process-origin.js';
import type { CommandOptions, CommandResult } from '../../system/programs/run-command.js';
import type { ProgramStart } from '../../system/processes/start-program.js';
import { ownerOfGroup } from './control-group.js';
import { findUnits } from './find-units.js';
import { INIT_SCRIPTS, findInitScript } from './init-scripts.js';
import type { Supervision } from './supervision.js';

export interface SupervisionSearch {
  readonly fileSystem: FileSystem;
  readonly run: (
    words: readonly [string, ...string[]],
    options: CommandOptions,
  ) => Promise<CommandResult>;
  readonly options: CommandOptions;
  readonly server: ProcessOrigin;
  /** The configuration file with which it was started (`config_file` of INFO); null where there is none. */
  readonly configuration: BytePath | null;
  /** Where the scripts of `service` are; /etc/init.d where this is left out. */
  readonly initScripts?: BytePath;
}

/** @throws SystemError, InterruptedError */
export async function findSupervision(search: SupervisionSearch): Promise<Supervision> {
  const { fileSystem, server, configuration } = search;
  const owner = ownerOfGroup(server.controlGroups);
  if (server.isContained || owner.kind === 'container') {
    return { kind: 'other', what: 'the engine of its container' };
  }
  if (owner.kind === 'user-unit') {
    return { kind: 'other', what: `the systemd of user ${owner.user} (${owner.unit})` };
  }
  if (owner.kind === 'unit') {
    if ((await mainProcess(search, owner.unit)) === server.id) {
      return { kind: 'systemd', unit: owner.unit };
    }
    // Another program of the unit has started it, and may start it again.
    const parent = server.parentId > 1 ? inspectProcess(server.parentId) : null;
    if (parent !== null) {
      return { kind: 'other', what: `'${parent.name}' (process ${parent.id}) of ${owner.unit}` };
    }
  }
  // The group is hidden in some containers. The unit that has the server's file names its main process all the same.
  const units = configuration === null ? [] : await findUnits(search, configuration);
  const unit = units.find(({ mainProcess: id }) => id === server.id);
  if (unit !== undefined) return { kind: 'systemd', unit: unit.name };
  const script = findInitScript(fileSystem, search.initScripts ?? INIT_SCRIPTS, server.id);
  if (script !== null) return { kind: 'service', name: script };
  return { kind: 'none', start: howStarted(search) };
}

/** Null where systemd does not say. */
async function mainProcess(
  { run, options }: SupervisionSearch,
  unit: string,
): Promise<number | null> {
  try {
    const words = ['systemctl', 'show', '--property=MainPID', '--value', '--', unit] as const;
    const { code, output } = await run(words, options);
    return code === 0 && /^[1-9][0-9]{0,9}$/.test(output) ? Number(output) : null;
  } catch (error) {
    if (error instanceof SystemError && error.errno === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Redis writes its title over the words that it was started with. Then the configuration file is all that is known of them;
 * options beside it are lost, and a start with other options shows in what the server answers.
 */
function howStarted({ fileSystem, server, configuration }: SupervisionSearch): ProgramStart | null {
  const { args, uid, gid, umask } = server;
  const program = programOf(fileSystem, server);
  if (program === null) return null;
  const [name, ...rest] = args ?? [];
  const start = { program, uid, gid, umask };
  if (name !== undefined) return { ...start, args: [name, ...rest] };
  return configuration === null ? null : { ...start, args: [baseName(program), configuration] };
}

/**
 * Debian's redis-server is a link to redis-check-rdb: the name that the program is told decides what it is, and the name of
 * its process is that of the link. So it is started by the link again, where that is still there. Null where the program is
 * not known, or was deleted.
 */
export function programOf(
  fileSystem: FileSystem,
  { program, name }: Pick<ProcessOrigin, 'program' | 'name'>,
): BytePath | null {
  if (program === null) return null;
  const link = joinPath(parentPath(program), name);
  return fileSystem.realPath(link) === program ? link : program;
}
