// Writes a manifest: lines of JSON, an object each. The first line is about the snapshot, then come its notes, then its
// entries. The lines are made again for each reading, so that no more than a chunk of them is in memory.
import { UsageError } from '../../errors.js';
import { type BytePath, ROOT, formatPath } from '../../system/files/byte-path.js';
import {
  ARCHIVE_FORMAT,
  ARCHIVE_VERSION,
  type ArchiveEntry,
  type ArchiveManifest,
  MANIFEST_LIMITS,
  contentBytes,
} from './manifest.js';

const CHUNK_LENGTH = 64 * 1024;

/** @throws UsageError where the manifest is larger than a reader accepts */
export function measureManifest(manifest: ArchiveManifest): number {
  let sizeBytes = 0;
  for (const chunk of encodeManifest(manifest)) sizeBytes += chunk.length;
  const { entries, notes, bytes } = MANIFEST_LIMITS;
  if (manifest.entries.length > entries || manifest.notes.length > notes || sizeBytes > bytes) {
    throw new UsageError(
      `the snapshot is too large for an archive: ${manifest.entries.length} files and folders, of ${entries} at most`,
    );
  }
  return sizeBytes;
}

export function* encodeManifest(manifest: ArchiveManifest): Generator<Buffer, void, undefined> {
  let text = '';
  for (const line of manifestLines(manifest)) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < CHUNK_LENGTH) continue;
    yield Buffer.from(text, 'utf8');
    text = '';
  }
  if (text !== '') yield Buffer.from(text, 'utf8');
}

function* manifestLines(manifest: ArchiveManifest): Generator<unknown, void, undefined> {
  const { program, repositoryId, snapshot, server, notes, entries } = manifest;
  yield {
    format: ARCHIVE_FORMAT,
    version: ARCHIVE_VERSION,
    program,
    repositoryId,
    snapshot: {
      id: snapshot.id,
      timeSeconds: snapshot.timeSeconds,
      program: snapshot.program,
      host: snapshot.host,
      source: formatPath(snapshot.source),
    },
    server: server ?? null,
    notes: notes.length,
    entries: entries.length,
    contentBytes: contentBytes(entries),
  };
  yield* notes;
  for (const entry of entries) yield entryLine(entry);
}

function entryLine(entry: ArchiveEntry): unknown {
  const { type, verdict } = entry;
  return {
    path: showArchivePath(entry.path),
    type,
    mode: entry.mode.toString(8).padStart(4, '0'),
    uid: entry.uid,
    gid: entry.gid,
    owner: entry.ownerName,
    group: entry.groupName,
    mtimeNs: entry.mtimeNs.toString(),
    size: type === 'file' ? entry.sizeBytes : null,
    sha256: entry.sha256?.toString('hex') ?? null,
    linkTarget: entry.linkTarget === null ? null : formatPath(entry.linkTarget),
    stale: entry.isStale,
    verdict: verdict === null ? null : { kind: verdict.kind, why: verdict.why },
  };
}

/** The root is `.`. */
export function showArchivePath(path: BytePath): string {
  return path === ROOT ? '.' : formatPath(path);
}
