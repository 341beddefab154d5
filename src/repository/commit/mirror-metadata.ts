// The metadata that a mirror entry carries: the true one, as far as the mirror can live with it. A
// backup that does not run as root must still be able to read and replace what it wrote.
import type { EntryMetadata, EntryType } from '../../catalog/records.js';
import type { MetadataTarget } from '../../system/files/apply-metadata.js';
import type { BytePath } from '../../system/files/byte-path.js';

/** Permission bits without which the mirror's owner could not go on working with an entry. */
const NEEDED: Record<EntryType, number> = { file: 0o400, directory: 0o700, symlink: 0 };

/**
 * @param path where the entry stands: in the mirror, or in staging
 * @param actingUid the user that this process acts as; root needs no bits
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
