// An entry of the snapshot that is being made, and how it compares with what the last one has.
import type { EntryMetadata, EntryType, SourceState, Version } from '../catalog/records.js';
import type { ContentKey } from '../repository/write-increment.js';
import type { BytePath } from '../system/byte-path.js';
import type { FileStat } from '../system/file-system.js';
import { groupName, userName } from '../system/owners.js';

export interface NextEntry extends EntryMetadata {
  readonly path: BytePath;
  readonly type: EntryType;
  readonly content: ContentKey | null;
  readonly linkTarget: BytePath | null;
  readonly stale: boolean;
  /** Its name in staging, where the mirror needs it anew. */
  readonly staged: string | null;
  /** The source's stat, where the file was read in this run. */
  readonly state: SourceState | null;
}

type Comparable = Omit<NextEntry, 'staged' | 'state'>;

const PERMISSION_BITS = 0o7777n;

export function metadataOf(stat: FileStat): EntryMetadata {
  const uid = Number(stat.uid);
  const gid = Number(stat.gid);
  return {
    mode: Number(stat.mode & PERMISSION_BITS),
    uid,
    gid,
    ownerName: userName(uid),
    groupName: groupName(gid),
    mtimeNs: stat.mtimeNs,
  };
}

/** What the last snapshot has, taken over because SOURCE could not be read. */
export function keptEntry(version: Version): NextEntry {
  return { ...version, stale: true, staged: null, state: null };
}

/** Whether a version goes on unchanged into the new snapshot. */
export function isSameVersion(version: Version, next: Comparable): boolean {
  return isSameContent(version, next) && isSameMetadata(version, next);
}

/** Whether type, content and link target are the same; owner, mode and time may differ. */
export function isSameContent(
  a: Pick<NextEntry, 'type' | 'content' | 'linkTarget'>,
  b: Pick<NextEntry, 'type' | 'content' | 'linkTarget'>,
): boolean {
  const sameBytes =
    a.content === null || b.content === null
      ? a.content === b.content
      : a.content.sha256.equals(b.content.sha256);
  return a.type === b.type && sameBytes && a.linkTarget === b.linkTarget;
}

function isSameMetadata(a: Version, b: Comparable): boolean {
  return (
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.ownerName === b.ownerName &&
    a.groupName === b.groupName &&
    a.mtimeNs === b.mtimeNs &&
    a.stale === b.stale
  );
}
