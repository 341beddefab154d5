// How a server is started for a moment with its AOF off, so that it loads a dump although its configuration has the AOF on.
// The configuration is not changed, so a kill leaves nothing behind in it. Pure.
import type { Supervision } from '../../../redis/control/supervision.js';
import { type BytePath, baseName, pathFromText } from '../../../system/files/byte-path.js';
import type { ProgramStart } from '../../../system/processes/start-program.js';
import type { ServerOwner } from '../steps/recovered-source.js';

export interface KnownStart {
  readonly configuration: BytePath | null;
  readonly owner: ServerOwner;
  /** A path, or a name in PATH; undefined where it is not known. */
  readonly program: string | undefined;
}

/** Of Debian's unit. */
const UMASK = 0o007;

/** Null where nothing shows with which settings the server is started. */
export function planLoadingStart(
  supervision: Supervision,
  { configuration, owner, program }: KnownStart,
): ProgramStart | null {
  const off = ['--appendonly', 'no'].map(pathFromText);
  if (supervision.kind === 'none' && supervision.start !== null) {
    const { start } = supervision;
    const [name, ...words] = start.args;
    return { ...start, args: [name, ...words, ...off] };
  }
  if (configuration === null || program === undefined) return null;
  const path = program as BytePath;
  return { program: path, args: [baseName(path), configuration, ...off], ...owner, umask: UMASK };
}
