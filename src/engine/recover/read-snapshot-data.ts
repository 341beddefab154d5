// Reads what a recovery must know of the files of a snapshot: its records, and the manifest of its AOF.
import { MANIFEST_MOST_BYTES } from '../../persistence/aof/aof-manifest.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { type ReadManifest, readManifest } from '../backup/intake/read-manifests.js';
import type { RepositorySource } from '../restore/read-from-repository.js';
import { describeSnapshotData, findDataPaths } from './plan/describe-snapshot-data.js';
import type { TargetSettings } from './plan/recovery-facts.js';
import type { SnapshotData } from './plan/snapshot-data.js';

/**
 * @param names of the files of the server that is recovered
 * @throws UsageError where it is not clear which files are meant; CorruptError where the manifest cannot be restored
 */
export async function readSnapshotData(
  source: RepositorySource,
  names: Pick<TargetSettings, 'dumpName' | 'aofName' | 'aofFolder'>,
): Promise<SnapshotData> {
  const { versions, examinations } = source;
  const records = { versions, examinations, server: source.snapshot.server };
  const paths = findDataPaths(records, names);
  const manifest = paths.manifest === null ? null : await readFrom(source, paths.manifest);
  return describeSnapshotData(records, paths, manifest);
}

async function readFrom(source: RepositorySource, path: BytePath): Promise<ReadManifest | null> {
  const entry = source.entries.find((each) => each.path === path);
  if (entry === undefined) return null;
  if (entry.sizeBytes > MANIFEST_MOST_BYTES) return readManifest(null);
  const parts: Buffer[] = [];
  await source.read(entry, async (bytes) => {
    parts.push(Buffer.from(bytes));
  });
  return readManifest(Buffer.concat(parts));
}
