// Uploads that were never finished, and digests of archives that are not there. The store keeps the parts of an
// unfinished upload, and charges for them, until somebody takes it back.
import { parseArchiveName } from '../../archive-name.js';
import { UPLOAD_FIELD } from '../archive-headers.js';
import { isName } from '../listing.js';
import { LEFTOVER_AGE_MS } from '../remote-session.js';
import { parseDigestName } from './digest-object.js';
import { type ListedKey, listBucket } from './list-bucket.js';
import type { OpenUpload, S3Objects } from './s3-objects.js';

/** Removes what uploads of this name have left. Nobody else may be sending it. Returns how many uploads. */
export async function removeLeftoversOf(objects: S3Objects, name: string): Promise<number> {
  const key = objects.keyOf(name);
  const uploads = (await objects.listUploads(key)) ?? [];
  const keys = await listBucket(objects.bucket, `${key}.`);
  return removeAll(objects, {
    uploads: uploads.filter((upload) => upload.key === key),
    digests: keys.filter((listed) => parseDigestName(listed.key)?.archive === key),
  });
}

/**
 * Removes what uploads to names that an export gives have left, if nothing has come for a day. Nothing tells whose an upload
 * to another name is. Returns how many uploads.
 */
export async function removeOldLeftovers(objects: S3Objects): Promise<number> {
  const uploads = (await objects.listUploads(objects.prefix)) ?? [];
  const keys = await listBucket(objects.bucket, objects.prefix);
  const before = objects.bucket.nowMs - LEFTOVER_AGE_MS;
  const old: OpenUpload[] = [];
  for (const upload of uploads) {
    const name = upload.key.slice(objects.prefix.length);
    if (upload.begunAtMs >= before || parseArchiveName(name) === null) continue;
    // A large archive on a slow line may take days.
    const newestMs = await objects.newestPartAtMs(name, upload.uploadId);
    if (newestMs === null || newestMs < before) old.push(upload);
  }
  return removeAll(objects, {
    uploads: old,
    digests: keys.filter(
      ({ key, changedAtMs }) => changedAtMs < before && parseDigestName(key) !== null,
    ),
  });
}

interface Suspects {
  readonly uploads: readonly OpenUpload[];
  /** Digests, of which those of archives that are there stay. */
  readonly digests: readonly ListedKey[];
}

async function removeAll(objects: S3Objects, { uploads, digests }: Suspects): Promise<number> {
  const nameOf = (key: string): string => key.slice(objects.prefix.length);
  for (const { key, uploadId } of uploads) await objects.abortUpload(nameOf(key), uploadId);
  let count = uploads.length;
  for (const { key } of digests) {
    const digest = parseDigestName(nameOf(key));
    if (digest === null || !isName(digest.archive)) continue;
    const head = await objects.head(digest.archive);
    if (head?.metadata(UPLOAD_FIELD) === digest.upload) continue;
    await objects.removeObject(nameOf(key));
    // One that was killed in its last step has left both.
    if (!uploads.some((upload) => nameOf(upload.key) === digest.archive)) count += 1;
  }
  return count;
}
