// Finds out everything of a server that is named by its directory or its configuration file, and that need not run. Nothing is
// changed. A server that runs there all the same is seen by its process.
import type { Endpoint, ServerAccess } from '../../../redis/connection/server-access.js';
import { findStoppedSupervision } from '../../../redis/control/find-stopped-supervision.js';
import { findSupervision, programOf } from '../../../redis/control/find-supervision.js';
import { findServerProgram } from '../../../redis/control/server-program.js';
import type { Supervision } from '../../../redis/control/supervision.js';
import { readConfiguration } from '../../../redis/server/live-server.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import type { ParsedOwner } from '../../../system/files/metadata/owners.js';
import { findListeningSockets } from '../../../system/processes/listening-sockets.js';
import { type ProcessOrigin, inspectProcess } from '../../../system/processes/process-origin.js';
import {
  type DirectoryIdentity,
  findServerIn,
} from '../../../system/processes/server-processes.js';
import { runCommand } from '../../../system/programs/run-command.js';
import type { RunContext } from '../../run/run-context.js';
import { type FoundTarget, SYSTEMCTL_MOST_MS, isMovableOut } from './find-target.js';
import type { RunningServer } from '../plan/recovery-facts.js';
import { findConfiguration } from '../stopped/find-configuration.js';
import { planLoadingStart } from '../loading/plan-loading-start.js';
import { startByHand } from '../stopped/start-by-hand.js';
import { findStoppedDirectory } from '../stopped/stopped-directory.js';
import { stoppedOwner } from '../stopped/stopped-owner.js';
import { planAccess, planStoppedSettings, readSaidSettings } from '../stopped/stopped-settings.js';

export interface StoppedTargetRequest {
  /** `--data-dir`, absolute; null where it is left out. One of the two is given. */
  readonly directory: BytePath | null;
  /** `--redis-conf`, absolute; null where it is left out. */
  readonly configuration: BytePath | null;
  /** `--chown`; null where it is left out. */
  readonly owner: ParsedOwner | null;
  /** `--stop-cmd` and `--start-cmd`; null where they are left out. */
  readonly commands: Extract<Supervision, { kind: 'commands' }> | null;
  /** Where a configuration file is looked for that is not named; the usual places where this is left out. */
  readonly configurations?: readonly BytePath[];
  /** Where the scripts of `service` are; /etc/init.d where this is left out. */
  readonly initScripts?: BytePath;
}

export interface StoppedTarget extends FoundTarget {
  /** Of the directory. */
  readonly identity: DirectoryIdentity;
  /** Where the server answers once it is started; null where nothing says that. */
  readonly access: ServerAccess | null;
  /** Where the server listens that runs there all the same; null where none does, or where that is not seen. */
  readonly listens: Endpoint | null;
}

/** @throws UsageError where the directory or its owner is not clear; SystemError, InterruptedError */
export async function findStoppedTarget(
  request: StoppedTargetRequest,
  context: RunContext,
): Promise<StoppedTarget> {
  const { fileSystem, checkpoint } = context;
  const { commands } = request;
  const directory = findStoppedDirectory(context, request);
  const { path, stat, names } = directory;
  const processId = findServerIn(stat);
  const process = processId === null ? null : inspectProcess(processId);
  const configuration =
    request.configuration ?? findConfiguration(fileSystem, directory, request.configurations);
  const search = {
    fileSystem,
    run: runCommand,
    options: { timeoutMs: SYSTEMCTL_MOST_MS, checkpoint },
  };
  const starter =
    configuration === null
      ? { supervision: null, program: null, options: [] }
      : await findStoppedSupervision(search, configuration, request.initScripts);
  const running = process === null ? null : programOf(fileSystem, process);
  const program = await findServerProgram(search, running ?? starter.program);
  const version = program?.version ?? null;
  const file = configuration === null ? null : readConfiguration(fileSystem, configuration);
  const said = readSaidSettings(file, starter.options);
  const settings = planStoppedSettings({ said, isConfigured: file !== null, names, version });
  const owner = stoppedOwner({ path, stat, process, chown: request.owner });
  const start = { configuration, directory: path, settings, owner, program: program?.name };
  const supervision =
    commands ??
    (process === null
      ? (starter.supervision ?? startByHand(start, context.uid))
      : await findSupervision({ ...search, server: process, configuration }));
  return {
    identity: { dev: stat.dev, ino: stat.ino },
    owner,
    loadingStart: planLoadingStart(supervision, start),
    access: file === null ? null : planAccess(said),
    listens: process === null || process.isContained ? null : listensAt(process),
    facts: {
      directory: path,
      names,
      isMovableOut: isMovableOut(context, path),
      settings,
      version,
      running: process === null ? null : toRunning(process),
      supervision,
      configuration,
    },
  };
}

function listensAt({ id }: ProcessOrigin): Endpoint | null {
  return findListeningSockets(id)[0] ?? null;
}

/** It was not asked: what it says of its replicas and of who watches it is not known. */
function toRunning({ id }: ProcessOrigin): RunningServer {
  return {
    processId: id,
    address: null,
    role: 'primary',
    primary: null,
    replicas: 0,
    isWatched: false,
    isCluster: false,
    unsavedChanges: null,
    otherAtStart: [],
  };
}
