// The notes of a restore: about the entries that came back, and about metadata that could not be set.
import type { UnsetMetadata } from '../../system/files/metadata/apply-metadata.js';
import { formatPath } from '../../system/files/byte-path.js';
import { type ParsedOwner, groupId, userId } from '../../system/files/metadata/owners.js';
import { type Note, lookNote, showPath } from '../run/notes.js';
import { verdictNote } from '../snapshot/examined-verdict.js';
import type { RestoreEntry } from './restore-source.js';
import type { Selection } from './select-entries.js';

/** @param owner from --chown; null when the recorded owners were set */
export function entryNotes(selection: Selection, owner: ParsedOwner | null): Note[] {
  const entries = selection.map(({ entry }) => entry);
  return [
    ...staleNotes(entries),
    ...unusableNotes(entries),
    ...(owner === null ? ownerNotes(entries) : []),
  ];
}

function staleNotes(entries: readonly RestoreEntry[]): Note[] {
  return entries
    .filter(({ isStale }) => isStale)
    .map(({ path }) =>
      lookNote(
        'stale',
        path,
        `'${formatPath(path)}' could not be read when the snapshot was taken, so this is the version before it`,
      ),
    );
}

export const UNUSABLE_HINT =
  'the file was already like this when it was backed up; try an older snapshot';

/** Files that could not be relied on when they were backed up. */
function unusableNotes(entries: readonly RestoreEntry[]): Note[] {
  return entries.flatMap(({ path, verdict }) => {
    const note = verdict === null ? null : verdictNote(path, verdict, UNUSABLE_HINT);
    return note === null ? [] : [note];
  });
}

/** The first entry whose recorded owner has another number on this machine. */
function ownerNotes(entries: readonly RestoreEntry[]): Note[] {
  const moved = entries.find((entry) => {
    const uid = entry.ownerName === null ? null : userId(entry.ownerName);
    const gid = entry.groupName === null ? null : groupId(entry.groupName);
    return (uid !== null && uid !== entry.uid) || (gid !== null && gid !== entry.gid);
  });
  if (moved === undefined) return [];
  const { path, uid, gid, ownerName, groupName } = moved;
  // --chown refuses a name that this machine does not know; the recorded number works.
  const owner = ownerName !== null && userId(ownerName) !== null ? ownerName : uid;
  const group = groupName !== null && groupId(groupName) !== null ? groupName : gid;
  return [
    lookNote(
      'owner-numbers',
      path,
      `'${showPath(path)}' was given to ${uid}:${gid}, but ${ownerName ?? uid}:${groupName ?? gid} has other numbers on this machine`,
      `restore again with --chown ${owner}:${group}`,
    ),
  ];
}

/** One note for each kind of metadata, naming the first entry. */
export function unsetNotes(unset: readonly UnsetMetadata[]): Note[] {
  return (['owner', 'mode', 'time'] as const).flatMap((what) => {
    const paths = new Set(unset.filter((item) => item.what === what).map(({ path }) => path));
    const [first, ...others] = paths;
    if (first === undefined) return [];
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return [
      lookNote(
        `unset-${what}`,
        null,
        `the ${what} of '${formatPath(first)}'${more} could not be set`,
        what === 'owner' ? 'run as root to restore owners' : null,
      ),
    ];
  });
}
