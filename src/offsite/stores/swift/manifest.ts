// The manifest of a static large object: which segments make the archive. Swift checks it when it comes. Swift's
// ETag for the whole is the MD5 of the segments' ETags, one after the other.
import { createHash } from 'node:crypto';
import { parseForeignJson, readRecords } from '../foreign-json.js';
import { foreignAnswer } from '../http/remote-failure.js';

export interface ManifestSegment {
  readonly container: string;
  readonly object: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

/** What a manifest of 1,000 long names takes, and more. */
export const MOST_MANIFEST_BYTES = 8 * 1024 * 1024;

/** As Swift wants it with `?multipart-manifest=put`. */
export function formatManifest(segments: readonly ManifestSegment[]): Buffer {
  const rows = segments.map(({ container, object, etag, sizeBytes }) => ({
    path: `/${container}/${object}`,
    etag,
    size_bytes: sizeBytes,
  }));
  return Buffer.from(JSON.stringify(rows));
}

/** As Swift gives it with `?multipart-manifest=get`. @throws RemoteFailure */
export function parseManifest(bytes: Uint8Array): ManifestSegment[] {
  return readRecords(parseForeignJson(bytes)).map((row) => {
    const { name, hash, bytes: sizeBytes } = row;
    const [, container, object] =
      typeof name === 'string' ? (/^\/([^/]+)\/(.+)$/s.exec(name) ?? []) : [];
    if (container === undefined || object === undefined || typeof hash !== 'string') {
      throw foreignAnswer('its manifest has a segment without a name');
    }
    if (typeof sizeBytes !== 'number' || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
      throw foreignAnswer('its manifest has a segment without a size');
    }
    return { container, object, etag: hash, sizeBytes };
  });
}

export function etagOfSegments(segments: readonly Pick<ManifestSegment, 'etag'>[]): string {
  const digest = createHash('md5');
  for (const { etag } of segments) digest.update(etag);
  return digest.digest('hex');
}
