// To whom the placed files belong: `--chown`, else the user of the server. Where no server runs, that is the owner of its
// directory. Pure.
import { UsageError } from '../../../errors.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import type { FileStat } from '../../../system/files/file-system.js';
import type { ParsedOwner } from '../../../system/files/metadata/owners.js';
import { shellWord } from '../../../system/text/shell-word.js';
import type { ServerOwner } from '../steps/recovered-source.js';

export interface OwnerFacts {
  /** Of the server. */
  readonly path: BytePath;
  readonly stat: Pick<FileStat, 'uid' | 'gid'>;
  /** As whom the server runs; null where none does. */
  readonly process: ServerOwner | null;
  /** `--chown`, or null. */
  readonly chown: ParsedOwner | null;
}

/** @throws UsageError for a directory of root, where nothing says as whom the server runs */
export function stoppedOwner({ path, stat, process, chown }: OwnerFacts): ServerOwner {
  const own = process ?? { uid: Number(stat.uid), gid: Number(stat.gid) };
  if (chown !== null) return chosenOwner(own, chown);
  if (process !== null || own.uid !== 0) return { uid: own.uid, gid: own.gid };
  throw new UsageError(
    `'${formatPath(path)}' belongs to root, so nothing says as which user the server runs`,
    {
      hint: `give the directory to that user: chown redis:redis ${shellWord(formatPath(path))}; if the user may write there all the same, name it with --chown USER:GROUP`,
    },
  );
}

/** `--chown` instead of whom the server runs as: a part that it leaves out stays. */
export function chosenOwner(own: ServerOwner, chown: ParsedOwner | null): ServerOwner {
  return { uid: chown?.uid ?? own.uid, gid: chown?.gid ?? own.gid };
}
