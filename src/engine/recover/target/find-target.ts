// Finds out everything of a running server that its recovery is planned from. Nothing is changed.
import { RewindError } from '../../../errors.js';
import { parseServerVersion } from '../../../persistence/rdb/loadable-versions.js';
import { findSupervision, programOf } from '../../../redis/control/find-supervision.js';
import type { Supervision } from '../../../redis/control/supervision.js';
import { expandFileNames } from '../../../redis/server/expand-file-names.js';
import { unprovedDirectory } from '../../../redis/server/find-directory.js';
import type { LiveServer } from '../../../redis/server/live-server.js';
import {
  type ServerConfiguration,
  readServerConfiguration,
} from '../../../redis/server/server-configuration.js';
import { readServerSurroundings } from '../../../redis/server/server-surroundings.js';
import { type BytePath, parentPath } from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { isMountPoint } from '../../../system/files/mount-points.js';
import { readSmallFile } from '../../../system/files/read-small-file.js';
import { inspectProcess } from '../../../system/processes/process-origin.js';
import type { ProgramStart } from '../../../system/processes/start-program.js';
import { findServerIn } from '../../../system/processes/server-processes.js';
import { runCommand } from '../../../system/programs/run-command.js';
import type { RunContext } from '../../run/run-context.js';
import { planLoadingStart } from '../loading/plan-loading-start.js';
import type { TargetFacts } from '../plan/recovery-facts.js';
import type { ServerOwner } from '../steps/recovered-source.js';
import { isAofOnAtStart, otherAtStart } from './other-at-start.js';

export interface FoundTarget {
  readonly facts: TargetFacts;
  /** As whom the server runs. */
  readonly owner: ServerOwner;
  /** How it is started for a moment with its AOF off, to load a dump; null where that is not known. */
  readonly loadingStart: ProgramStart | null;
}

export const SYSTEMCTL_MOST_MS = 30_000;

/**
 * @param commands `--stop-cmd` and `--start-cmd`; null where they are left out
 * @throws ServerError where the process of the server cannot be found; SystemError, InterruptedError
 */
export async function findTarget(
  { connection, facts, settings, directory }: LiveServer,
  commands: Extract<Supervision, { kind: 'commands' }> | null,
  context: RunContext,
): Promise<FoundTarget> {
  const { fileSystem, checkpoint } = context;
  const { address } = connection;
  const processId = findServerIn({ dev: directory.identity.dev, ino: directory.identity.ino });
  const server = processId === null ? null : inspectProcess(processId);
  if (server === null) throw unprovedDirectory(address, directory.path, RUN_AS_ROOT);
  const surroundings = await readServerSurroundings(connection);
  const { configuration, ...others } = surroundings;
  const supervision =
    commands ??
    (await findSupervision({
      fileSystem,
      run: runCommand,
      options: { timeoutMs: SYSTEMCTL_MOST_MS, checkpoint },
      server,
      configuration,
    }));
  const file = configuration === null ? null : tryToRead(fileSystem, configuration);
  // Redis writes its title over the words that it was started with.
  const isByFileAlone = supervision.kind === 'none' && (server.args ?? []).length === 0;
  const next = { file, isByFileAlone };
  const { dumpName, aofName, aofFolder } = settings;
  const owner = { uid: server.uid, gid: server.gid };
  const program = programOf(fileSystem, server) ?? undefined;
  return {
    owner,
    loadingStart: planLoadingStart(supervision, { configuration, owner, program }),
    facts: {
      directory: directory.path,
      names: fileSystem.list(directory.path),
      isMovableOut: isMovableOut(context, directory.path),
      settings: {
        dumpName,
        aofName,
        aofFolder,
        isAofOn: isAofOnAtStart(facts.isAofEnabled, next),
        knownFrom: 'server',
      },
      version: parseServerVersion(facts.product, facts.version),
      running: {
        processId: server.id,
        address,
        role: facts.role,
        primary: facts.primary,
        otherAtStart: commands === null ? otherAtStart(settings, next) : [],
        ...others,
      },
      supervision,
      configuration,
    },
  };
}

const RUN_AS_ROOT =
  'run as root, or as the user of the server, on the machine of the server: its process must be seen to be stopped';

/** Null where it cannot be read: then the running server alone says what it has. */
function tryToRead(fileSystem: FileSystem, path: BytePath): ServerConfiguration | null {
  try {
    return readServerConfiguration(path, {
      read: (file) => readSmallFile(fileSystem, file),
      expand: (folder, pattern) => expandFileNames(fileSystem, folder, pattern),
    });
  } catch (error) {
    if (error instanceof RewindError) return null;
    throw error;
  }
}

export function isMovableOut({ fileSystem, uid }: RunContext, directory: BytePath): boolean {
  const parent = fileSystem.stat(parentPath(directory));
  return !isMountPoint(directory) && (uid === 0 || Number(parent?.uid ?? -1) === uid);
}
