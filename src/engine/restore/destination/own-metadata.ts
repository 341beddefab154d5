// Whether a directory that exists and is restored into keeps its own owner, mode and time. With something in it, it may be
// any directory, such as /var/lib. It is only given those of the snapshot where it is the very directory that was
// backed up, by its path, or where a person says so.
import { type BytePath, ROOT, formatPath } from '../../../system/files/byte-path.js';
import type { MetadataTarget } from '../../../system/files/metadata/apply-metadata.js';
import type { ParsedOwner } from '../../../system/files/metadata/owners.js';
import { type Note, infoNote } from '../../run/notes.js';
import { presentMetadata, recordedMetadata } from '../entry-metadata.js';
import type { FoundDestination } from './find-destination.js';
import type { Selection } from '../select-entries.js';

/** @param place where the directory of the snapshot was when it was backed up; null where that is not known */
export function keepsOwnMetadata(
  { placement, hasContents, asked, path }: FoundDestination,
  place: BytePath | null,
): boolean {
  return placement === 'fill-directory' && hasContents && place !== path && place !== asked;
}

/** A remark where the metadata that is kept differs from that of the snapshot. */
export function keptMetadataNotes(
  { path, standing }: FoundDestination,
  [{ entry }]: Selection,
  owner: ParsedOwner | null,
): Note[] {
  const stat = standing.get(ROOT);
  if (stat === undefined) return [];
  const kept = shownMetadata(presentMetadata(path, stat));
  const recorded = shownMetadata(recordedMetadata(entry, path, owner));
  if (kept === recorded) return [];
  const message = `'${formatPath(path)}' keeps its own owner and mode, ${kept}; in the snapshot they are ${recorded}`;
  const hint = 'add --set-dest to give it those of the snapshot';
  return [{ ...infoNote('kept-metadata', null, message), hint }];
}

function shownMetadata({ uid, gid, mode }: MetadataTarget): string {
  return `${uid}:${gid} ${mode.toString(8).padStart(4, '0')}`;
}
