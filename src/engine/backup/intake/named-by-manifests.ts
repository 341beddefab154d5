// The files that the AOF manifests in SOURCE name. A server loads them as parts of an AOF whatever their
// names are, so they are examined as such. What a manifest says of them is judged later, when it is taken.
import { CorruptError, SystemError } from '../../../errors.js';
import {
  MANIFEST_MOST_BYTES,
  hasManifestName,
  parseAofManifest,
} from '../../../persistence/aof/aof-manifest.js';
import type { ExaminedKind } from '../../../persistence/examine/examine-file.js';
import {
  type BytePath,
  formatPath,
  joinPath,
  parentPath,
} from '../../../system/files/byte-path.js';
import { isErrno, isExhaustion } from '../../../system/files/errno.js';
import { readFileUpTo } from '../../../system/files/read-chunks.js';
import { type Note, lookNote } from '../../run/notes.js';
import type { RunContext } from '../../run/run-context.js';
import type { ScannedEntry } from '../../source/scan-source.js';
import { MANIFESTS_MOST_BYTES } from './read-manifests.js';

/**
 * @returns `log` by the paths of the files, with what `named` has already, and a warning for each manifest that
 *   could not be read: what it names may be taken, and is not examined then
 */
export async function namedByManifests(
  { fileSystem, checkpoint }: Pick<RunContext, 'fileSystem' | 'checkpoint'>,
  entries: readonly ScannedEntry[],
  named: ReadonlyMap<BytePath, ExaminedKind>,
): Promise<{
  readonly named: ReadonlyMap<BytePath, ExaminedKind>;
  readonly notes: readonly Note[];
}> {
  const all = new Map(named);
  const notes: Note[] = [];
  let leftBytes = MANIFESTS_MOST_BYTES;
  for (const { path, absolute, type } of entries) {
    if (type !== 'file' || !hasManifestName(path)) continue;
    await checkpoint();
    try {
      const mostBytes = Math.min(leftBytes, MANIFEST_MOST_BYTES);
      const bytes = readFileUpTo(fileSystem, absolute, mostBytes) ?? Buffer.alloc(0);
      leftBytes -= bytes.length;
      const { base, incrs } = parseAofManifest(bytes);
      for (const { name } of base === null ? incrs : [base, ...incrs]) {
        all.set(joinPath(parentPath(path), name), 'log');
      }
    } catch (error) {
      if (error instanceof CorruptError) continue;
      if (!(error instanceof SystemError) || isExhaustion(error)) throw error;
      // It is gone, and so it names nothing.
      if (!isErrno(error, 'ENOENT')) notes.push(unreadNote(path, error));
    }
  }
  return { named: all, notes };
}

function unreadNote(path: BytePath, { message }: SystemError): Note {
  return lookNote(
    'cannot-be-checked',
    path,
    `the files that '${formatPath(path)}' names may not have been checked: ${message}`,
    'run the backup again with --rehash once the file can be read',
  );
}
