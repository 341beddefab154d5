// Whether the server can write in its directory once it is started. As root's, with `--chown` for the files alone, it loads what is
// placed, and then can neither save nor write its AOF. Pure.
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import type { FileStat } from '../../../system/files/file-system.js';
import { shellWord } from '../../../system/text/shell-word.js';
import { type Note, lookNote } from '../../run/notes.js';

/**
 * @param stat of the directory
 * @param owner of the placed files, as whom the server will run
 */
export function directoryNotes(
  directory: BytePath,
  stat: Pick<FileStat, 'uid' | 'mode'>,
  owner: { readonly uid: number; readonly gid: number },
): Note[] {
  // What groups a user is in is not known here.
  const mayWrite = owner.uid === 0 || Number(stat.uid) === owner.uid || (stat.mode & 0o022n) !== 0n;
  if (mayWrite) return [];
  const path = formatPath(directory);
  return [
    lookNote(
      'unwritable-directory',
      directory,
      `the user ${owner.uid}, to whom the files are given, may not write in '${path}': a server of this user could not save there`,
      `give the directory to that user: chown ${owner.uid}:${owner.gid} ${shellWord(path)}`,
    ),
  ];
}
