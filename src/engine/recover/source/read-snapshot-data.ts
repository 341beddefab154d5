// Reads what a recovery must know of the files of a snapshot: its records, and the manifest of its AOF.
import { MANIFEST_MOST_BYTES } from '../../../persistence/aof/aof-manifest.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import { type ReadManifest, readManifest } from '../../backup/intake/read-manifests.js';
import type { RestoreSource } from '../../restore/restore-source.js';
import { describeSnapshotData, findDataPaths } from '../plan/describe-snapshot-data.js';
import type { TargetSettings } from '../plan/recovery-facts.js';
import type { SnapshotData } from '../plan/snapshot-data.js';
import type { RecoverySource } from './recovery-source.js';

/**
 * @param names of the files of the server that is recovered
 * @throws UsageError where it is not clear which files are meant; CorruptError where the manifest cannot be restored
 */
export async function readSnapshotData(
  { files, snapshot, findingsIn }: Pick<RecoverySource, 'files' | 'snapshot' | 'findingsIn'>,
  names: Pick<TargetSettings, 'dumpName' | 'aofName' | 'aofFolder'>,
): Promise<SnapshotData> {
  const known = { entries: files.entries, findingsIn, server: snapshot.server };
  const paths = findDataPaths(known, names);
  const manifest = paths.manifest === null ? null : await readFrom(files, paths.manifest);
  return describeSnapshotData(known, paths, manifest);
}

async function readFrom(source: RestoreSource, path: BytePath): Promise<ReadManifest | null> {
  const entry = source.entries.find((each) => each.path === path);
  if (entry === undefined) return null;
  if (entry.sizeBytes > MANIFEST_MOST_BYTES) return readManifest(null);
  const parts: Buffer[] = [];
  await source.read(entry, async (bytes) => {
    parts.push(Buffer.from(bytes));
  });
  return readManifest(Buffer.concat(parts));
}
