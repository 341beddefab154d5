// What a person should know of the entries that a restore has brought back.
import { formatPath } from '../system/byte-path.js';
import type { UnsetMetadata } from '../system/apply-metadata.js';
import { groupId, userId } from '../system/owners.js';
import { lookNote, showPath } from './notes.js';
import type { PlannedEntry } from './plan-restore.js';
import type { Note } from './reports.js';

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

/** Recorded owners whose names have other numbers on this machine. */
export function ownerNotes(entries: readonly PlannedEntry[]): Note[] {
  const moved = entries.find(({ version }) => {
    const uid = version.ownerName === null ? null : userId(version.ownerName);
    const gid = version.groupName === null ? null : groupId(version.groupName);
    return (uid !== null && uid !== version.uid) || (gid !== null && gid !== version.gid);
  });
  if (moved === undefined) return [];
  const { version } = moved;
  const owner = version.ownerName ?? String(version.uid);
  const group = version.groupName ?? String(version.gid);
  return [
    lookNote(
      'owner-numbers',
      version.path,
      `${owner}:${group} has other numbers on this machine than ${version.uid}:${version.gid}, which '${showPath(version.path)}' was given`,
      `restore again with --chown ${owner}:${group}`,
    ),
  ];
}

export function unsetNotes(unset: readonly UnsetMetadata[]): Note[] {
  return (['owner', 'mode', 'time'] as const).flatMap((what) => {
    const [first, ...others] = unset.filter((item) => item.what === what);
    if (first === undefined) return [];
    const entries = others.length === 0 ? '' : ` and ${others.length} more`;
    return [
      lookNote(
        `unset-${what}`,
        null,
        `the ${what} of '${formatPath(first.path)}'${entries} could not be set`,
        what === 'owner' ? 'run as root to restore owners' : null,
      ),
    ];
  });
}
