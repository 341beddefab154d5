// How an entry of one snapshot compares with what another one has at the same path. Pure.
import type { ContentKey, EntryMetadata, EntryType, Version } from '../../catalog/records.js';
import type { BytePath } from '../../system/files/byte-path.js';

/** What of an entry makes two of them the same. */
export interface ComparableEntry extends EntryMetadata {
  readonly type: EntryType;
  readonly content: ContentKey | null;
  readonly linkTarget: BytePath | null;
  readonly isStale: boolean;
}

/** Whether a version goes on unchanged into the new snapshot. */
export function isSameVersion(version: Version, next: ComparableEntry): boolean {
  return isSameContent(version, next) && isSameMetadata(version, next);
}

/** Whether type, content and link target are the same; owner, mode and time may differ. */
export function isSameContent(
  a: Pick<ComparableEntry, 'type' | 'content' | 'linkTarget'>,
  b: Pick<ComparableEntry, 'type' | 'content' | 'linkTarget'>,
): boolean {
  const sameBytes =
    a.content === null || b.content === null
      ? a.content === b.content
      : a.content.sha256.equals(b.content.sha256);
  return a.type === b.type && sameBytes && a.linkTarget === b.linkTarget;
}

function isSameMetadata(a: Version, b: ComparableEntry): boolean {
  return (
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.ownerName === b.ownerName &&
    a.groupName === b.groupName &&
    a.mtimeNs === b.mtimeNs &&
    a.isStale === b.isStale
  );
}
