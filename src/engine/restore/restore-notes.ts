// What a person should know of the entries that a restore has brought back.
import type { ExaminationRecord } from '../../catalog/records.js';
import { formatPath } from '../../system/files/byte-path.js';
import type { UnsetMetadata } from '../../system/files/apply-metadata.js';
import { groupId, userId } from '../../system/files/owners.js';
import { lookNote, showPath, type Note } from '../run/notes.js';
import type { PlannedEntry } from './plan-restore.js';

export function staleNotes(entries: readonly PlannedEntry[]): Note[] {
  return entries
    .filter(({ version }) => version.stale)
    .map(({ version }) =>
      lookNote(
        'stale',
        version.path,
        `'${formatPath(version.path)}' could not be read at that snapshot: this is the version before it`,
      ),
    );
}

/** Files that were found not to load when they were backed up. */
export function unusableNotes(
  entries: readonly PlannedEntry[],
  examinations: ReadonlyMap<number, ExaminationRecord>,
): Note[] {
  return entries.flatMap(({ version }) => {
    const found = version.content === null ? undefined : examinations.get(version.content.id);
    if (found?.loads !== false) return [];
    return [
      lookNote(
        'would-not-load',
        version.path,
        `no server would load '${showPath(version.path)}': ${found.problem ?? 'it is damaged'}`,
        'it was so when it was backed up; an older snapshot may have a good one',
      ),
    ];
  });
}

/** Recorded owners whose names have other numbers on this machine. */
export function ownerNotes(entries: readonly PlannedEntry[]): Note[] {
  const moved = entries.find(({ version }) => {
    const uid = version.ownerName === null ? null : userId(version.ownerName);
    const gid = version.groupName === null ? null : groupId(version.groupName);
    return (uid !== null && uid !== version.uid) || (gid !== null && gid !== version.gid);
  });
  if (moved === undefined) return [];
  const { version } = moved;
  const { uid, gid, ownerName, groupName } = version;
  // A name that this machine does not know would be refused: there the number is right.
  const owner = ownerName !== null && userId(ownerName) !== null ? ownerName : uid;
  const group = groupName !== null && groupId(groupName) !== null ? groupName : gid;
  return [
    lookNote(
      'owner-numbers',
      version.path,
      `${ownerName ?? uid}:${groupName ?? gid} has other numbers on this machine than ${uid}:${gid}, which '${showPath(version.path)}' was given`,
      `restore again with --chown ${owner}:${group}`,
    ),
  ];
}

export function unsetNotes(unset: readonly UnsetMetadata[]): Note[] {
  return (['owner', 'mode', 'time'] as const).flatMap((what) => {
    const paths = new Set(unset.filter((item) => item.what === what).map(({ path }) => path));
    const [first, ...others] = paths;
    if (first === undefined) return [];
    const entries = others.length === 0 ? '' : ` and ${others.length} more`;
    return [
      lookNote(
        `unset-${what}`,
        null,
        `the ${what} of '${formatPath(first)}'${entries} could not be set`,
        what === 'owner' ? 'run as root to restore owners' : null,
      ),
    ];
  });
}
