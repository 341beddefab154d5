// The metadata of a mirror entry: the metadata of the source entry, with a few more permission bits where
// the backup does not run as root. Such a backup must be able to read and replace the files that it wrote.
import type { EntryMetadata, EntryType } from '../../catalog/records.js';
import type { MetadataTarget } from '../../system/files/metadata/apply-metadata.js';
import type { BytePath } from '../../system/files/byte-path.js';

/** Permission bits that the mirror's owner needs to work with an entry. */
const NEEDED: Record<EntryType, number> = { file: 0o400, directory: 0o700, symlink: 0 };

/**
 * @param path of the entry in the mirror or in staging
 * @param actingUid the user that this process acts as; root needs no more bits
 */
export function mirrorMetadata(
  path: BytePath,
  entry: EntryMetadata & { readonly type: EntryType },
  actingUid: number,
): MetadataTarget {
  return {
    path,
    type: entry.type,
    mode: actingUid === 0 ? entry.mode : entry.mode | NEEDED[entry.type],
    uid: entry.uid,
    gid: entry.gid,
    mtimeNs: entry.mtimeNs,
  };
}
