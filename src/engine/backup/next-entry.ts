// An entry of the snapshot that is being made, and how it compares with what the last one has.
import type {
  ContentKey,
  EntryMetadata,
  EntryType,
  SourceState,
  Version,
} from '../../catalog/records.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileStat } from '../../system/files/file-system.js';
import { groupName, userName } from '../../system/files/metadata/owners.js';
import { recordedMetadata } from '../source/recorded-stat.js';
import type { ScannedEntry } from '../source/scan-source.js';

export interface NextEntry extends EntryMetadata {
  readonly path: BytePath;
  readonly type: EntryType;
  readonly content: ContentKey | null;
  readonly linkTarget: BytePath | null;
  readonly isStale: boolean;
  /** Its name in staging; null if the mirror already has it. */
  readonly staged: string | null;
  /** The source's stat, where the file was read in this run. */
  readonly state: SourceState | null;
}

export function metadataOf(stat: FileStat): EntryMetadata {
  const recorded = recordedMetadata(stat);
  const { uid, gid } = recorded;
  return { ...recorded, ownerName: userName(uid), groupName: groupName(gid) };
}

/** An entry as its stat says, with nothing read. @param content where that is known */
export function entryAsScanned(entry: ScannedEntry, content: ContentKey | null): NextEntry {
  return {
    path: entry.path,
    type: entry.type,
    ...metadataOf(entry.stat),
    content,
    linkTarget: entry.linkTarget,
    isStale: false,
    staged: null,
    state: null,
  };
}

/** What the last snapshot has, taken over because SOURCE could not be read. */
export function keptEntry(version: Version): NextEntry {
  return { ...version, isStale: true, staged: null, state: null };
}
