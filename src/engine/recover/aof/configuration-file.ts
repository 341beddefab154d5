// The configuration file of a server, as far as it is known and may be edited from here: the one that a person has
// named, or the one that the server names. Whoever controls a server can have it name any file, such as one
// of root's. So a file that only the server names is edited where it belongs to the user of the server, and where
// it is the same file to the process of the server.
import { RewindError, UsageError } from '../../../errors.js';
import { changeDirective } from '../../../redis/control/plan-directive.js';
import { readConfiguration } from '../../../redis/server/live-server.js';
import { type BytePath, formatPath, parentPath } from '../../../system/files/byte-path.js';
import type { FileStat, FileSystem } from '../../../system/files/file-system.js';
import { followPath } from '../../../system/files/follow-path.js';
import { readSmallOpenFile } from '../../../system/files/read-small-file.js';
import { replaceFile } from '../../../system/files/replace-file.js';
import { isSameFileFor } from '../../../system/processes/process-files.js';
import type { RunContext } from '../../run/run-context.js';
import type { SeenDirectory } from './seen-directory.js';

export interface ConfigurationFile {
  readonly path: BytePath;
  /** Who may be its owner; null where a person has named the file. */
  readonly owner: bigint | null;
}

/**
 * @param named `--redis-conf`, or null
 * @param said what the server names, or null
 * @param directory whose process is the server's; null where it is not seen
 */
export function findConfigurationFile(
  named: BytePath | null,
  said: BytePath | null,
  directory: Pick<SeenDirectory, 'processId' | 'serverUid'> | null,
): ConfigurationFile | null {
  if (named !== null) return { path: named, owner: null };
  const { processId = null, serverUid = null } = directory ?? {};
  if (said === null || processId === null || serverUid === null) return null;
  return isSameFileFor(processId, said) ? { path: said, owner: serverUid } : null;
}

export interface EffectiveDirective {
  /** In lower case, as the server takes it when it starts; null where no line has it. */
  readonly value: string | null;
  /** Where the line is that decides: in the file itself, or in one that it includes. */
  readonly origin: { readonly path: BytePath; readonly line: number } | null;
}

/** Null where the file, or one that it includes, cannot be read, or is not a file. */
export function readDirective(
  fileSystem: FileSystem,
  { path }: ConfigurationFile,
  name: string,
): EffectiveDirective | null {
  try {
    const real = fileSystem.realPath(path);
    if (real === null || fileSystem.stat(real)?.isFile() !== true) return null;
    const { directives, origins } = readConfiguration(fileSystem, path);
    const value = directives.get(name)?.[0]?.toLowerCase() ?? null;
    return { value, origin: origins.get(name) ?? null };
  } catch (error) {
    if (error instanceof RewindError) return null;
    throw error;
  }
}

/**
 * Sets a directive in the file, at once and with everything else in it as it was.
 * @throws UsageError where the file must not be edited; SystemError where it cannot be. The file is then as it was
 */
export function editConfiguration(
  context: RunContext,
  file: ConfigurationFile,
  directive: { readonly name: string; readonly value: string },
): void {
  const { fileSystem, processId } = context;
  const path = followPath(context, file.path);
  const held = fileSystem.hold(parentPath(path));
  try {
    const { bytes, stat } = readEditable(fileSystem, path, file);
    const changed = changeDirective(bytes, directive.name, directive.value);
    if (changed.equals(bytes)) return;
    replaceFile(fileSystem, { path, former: stat, bytes: changed, processId });
  } finally {
    held.release();
  }
}

function readEditable(
  fileSystem: FileSystem,
  path: BytePath,
  { owner }: ConfigurationFile,
): { readonly bytes: Buffer; readonly stat: FileStat } {
  const descriptor = fileSystem.open(path, 'read');
  try {
    const stat = fileSystem.statOpen(descriptor);
    const shown = formatPath(path);
    if (!stat.isFile()) throw new UsageError(`'${shown}' is not a file`);
    if (stat.nlink > 1n) throw new UsageError(`'${shown}' has several names (hard links)`);
    if (owner !== null && stat.uid !== owner) {
      throw new UsageError(
        `'${shown}' belongs to user ${stat.uid}, and the server runs as ${owner}`,
        {
          hint: `to have it edited, name it: --redis-conf '${shown}'`,
        },
      );
    }
    return { bytes: readSmallOpenFile(fileSystem, descriptor, path), stat };
  } finally {
    fileSystem.close(descriptor);
  }
}
