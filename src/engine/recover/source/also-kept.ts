// What `--also` kept with a snapshot, such as the configuration of the server. A recovery does not place it: a new server has a
// configuration of its own. So a person is told what there is, and how to get it.
import { ALSO, isReserved } from '../../../repository/layout.js';
import {
  type BytePath,
  formatPath,
  joinPath,
  relativePath,
} from '../../../system/files/byte-path.js';
import { type Note, infoNote } from '../../run/notes.js';
import type { RecoverySource } from './recovery-source.js';

/** More are counted and not named. */
const NAMED_MOST = 10;

export function alsoKeptNotes({
  files: { entries },
  commandToRestore,
}: Pick<RecoverySource, 'commandToRestore'> & {
  readonly files: Pick<RecoverySource['files'], 'entries'>;
}): Note[] {
  const kept = entries.filter(({ path, type }) => isReserved(path) && type !== 'directory');
  const [first] = kept;
  if (first === undefined) return [];
  const named = kept
    .slice(0, NAMED_MOST)
    .map(({ path }) => `'${formatPath(joinPath('/' as BytePath, relativePath(path, ALSO)))}'`);
  const more = kept.length > NAMED_MOST ? ` and ${kept.length - NAMED_MOST} more` : '';
  const command = commandToRestore(first.path);
  return [
    infoNote(
      'also-kept',
      first.path,
      `the snapshot also has ${named.join(', ')}${more}, which a recovery does not place; get one back with: ${command}`,
    ),
  ];
}
