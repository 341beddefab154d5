// What `--also` kept with a snapshot, such as the configuration of the server. A recovery does not place it: a new server has a
// configuration of its own. So a person is told what there is, and how to get it.
import { ALSO, isReserved } from '../../repository/layout.js';
import { type BytePath, formatPath, joinPath, relativePath } from '../../system/files/byte-path.js';
import { shellWord } from '../../system/text/shell-word.js';
import { type Note, infoNote } from '../run/notes.js';
import type { RestoreEntry } from '../restore/restore-source.js';

/** More are counted and not named. */
const NAMED_MOST = 10;

/** @param snapshotId of the entries; @param repository its path */
export function alsoKeptNotes(
  entries: readonly RestoreEntry[],
  snapshotId: number,
  repository: BytePath,
): Note[] {
  const kept = entries.filter(({ path, type }) => isReserved(path) && type !== 'directory');
  const [first] = kept;
  if (first === undefined) return [];
  const named = kept
    .slice(0, NAMED_MOST)
    .map(({ path }) => `'${formatPath(joinPath('/' as BytePath, relativePath(path, ALSO)))}'`);
  const more = kept.length > NAMED_MOST ? ` and ${kept.length - NAMED_MOST} more` : '';
  const from = shellWord(formatPath(joinPath(repository, first.path)));
  const command = `redis-rewind restore -r '#${snapshotId}' ${from} DEST`;
  return [
    infoNote(
      'also-kept',
      first.path,
      `the snapshot also has ${named.join(', ')}${more}, which a recovery does not place; get one back with: ${command}`,
    ),
  ];
}
