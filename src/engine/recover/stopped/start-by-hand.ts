// The command by which a person starts a server that nobody supervises. Where no configuration file is known, it says what the
// files were placed for. Pure.
import type { Supervision } from '../../../redis/control/supervision.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import { shellWord } from '../../../system/text/shell-word.js';
import type { TargetSettings } from '../plan/recovery-facts.js';
import type { ServerOwner } from '../steps/recovered-source.js';

export interface HandStart {
  readonly configuration: BytePath | null;
  readonly directory: BytePath;
  readonly settings: TargetSettings;
  readonly owner: ServerOwner;
  /** A path, or a name in PATH; undefined where no program of a server is there. */
  readonly program: string | undefined;
}

/** @param uid of the person who types it */
export function startByHand(
  { configuration, directory, settings, owner, program = 'redis-server' }: HandStart,
  uid: number,
): Extract<Supervision, { kind: 'by-hand' }> {
  const { dumpName, aofName, aofFolder, isAofOn } = settings;
  const assumed: (readonly [string, string])[] = [
    ['--dir', formatPath(directory)],
    ['--dbfilename', formatPath(dumpName)],
    ['--appendonly', isAofOn === true ? 'yes' : 'no'],
    ['--appendfilename', formatPath(aofName)],
  ];
  if (aofFolder !== null) assumed.push(['--appenddirname', formatPath(aofFolder)]);
  const words = configuration === null ? assumed.flat() : [formatPath(configuration)];
  const as =
    owner.uid === uid
      ? []
      : ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  return { kind: 'by-hand', command: [...as, program, ...words].map(quoted).join(' ') };
}

function quoted(word: string): string {
  return /^--[a-z]+(?:-[a-z]+)*(?:=[0-9]+)?$/.test(word) ? word : shellWord(word);
}
