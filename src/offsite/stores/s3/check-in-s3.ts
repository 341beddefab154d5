// Compares what S3 has of an archive with its headers and with the digests of its parts. Some parts are read back.
import { createHash } from 'node:crypto';
import { RemoteStoreError } from '../../../errors.js';
import { SHA256_FIELD, UPLOAD_FIELD, parseSha256 } from '../archive-headers.js';
import { RemoteFailure } from '../http/remote-failure.js';
import { toRemoteStoreError } from '../http/retry.js';
import { actionOn, nameInStore } from '../remote-session.js';
import { sampleIndexes } from '../sample.js';
import {
  type DigestObject,
  type PartDigest,
  formatDigestName,
  parseDigestObject,
} from './digest-object.js';
import { digestInEtag, etagOfParts, isOtherEtag } from './etag.js';
import { downloadRange } from './read-from-s3.js';
import type { S3Head, S3Objects } from './s3-objects.js';

/** Returns what is wrong, a line each. */
export async function checkInS3(objects: S3Objects, name: string): Promise<string[]> {
  const head = await objects.head(name);
  const whole = nameInStore(objects.label, name);
  if (head === null) return [`'${whole}' is not there`];
  const digest = await readDigest(objects, name, head);
  if (digest === null) return [`the store has lost the SHA-256 of '${whole}'`];
  const { parts } = digest;
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  if (parts.length > 0 && sizeBytes !== head.sizeBytes) {
    return [`'${whole}' has ${head.sizeBytes} bytes, not ${sizeBytes}`];
  }
  const faults = [];
  if (parts.length > 1 && isOtherEtag(head.header, etagOfParts(parts))) {
    faults.push(`the checksum of '${whole}' is not that of its parts`);
  }
  return [...faults, ...(await readSample(objects, name, parts))];
}

/**
 * The digests of an archive. One that was sent at once is a part of its own, with its ETag for the MD5, or has no
 * part where its ETag is no digest. Null where the store has lost them.
 */
export async function readDigest(
  objects: S3Objects,
  name: string,
  head: S3Head,
): Promise<DigestObject | null> {
  const sha256 = parseSha256(head.metadata(SHA256_FIELD));
  if (sha256 !== null) {
    const md5 = digestInEtag(head.header);
    const isUsable = md5 !== null && !md5.includes('-');
    return { sha256, parts: isUsable ? [{ sizeBytes: head.sizeBytes, md5 }] : [] };
  }
  const upload = head.metadata(UPLOAD_FIELD);
  if (upload === undefined || !/^[0-9a-f-]{1,64}$/.test(upload)) return null;
  const text = await objects.readSmall(formatDigestName(name, upload));
  return text === null ? null : parseDigestObject(text);
}

async function readSample(
  objects: S3Objects,
  name: string,
  parts: readonly PartDigest[],
): Promise<string[]> {
  const faults = [];
  for (const index of sampleIndexes(parts.map(({ sizeBytes }) => sizeBytes))) {
    const part = parts[index] as PartDigest;
    const start = parts.slice(0, index).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (part.sizeBytes > 0 && !(await isReadRight(objects, name, { ...part, start }))) {
      const end = start + part.sizeBytes;
      const where = `bytes ${start} to ${end} of '${nameInStore(objects.label, name)}'`;
      faults.push(`${where} are not what was sent`);
    }
  }
  return faults;
}

/** A part that is read in vain is tried again from its beginning. */
async function isReadRight(
  objects: S3Objects,
  name: string,
  part: PartDigest & { readonly start: number },
): Promise<boolean> {
  const action = actionOn('read', objects.label, name);
  const errand = objects.bucket.errandOf(action);
  const { mostAttempts, pause } = objects.bucket.session.policy;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const digest = createHash('md5');
      const range = { key: objects.keyOf(name), start: part.start, sizeBytes: part.sizeBytes };
      for await (const chunk of await downloadRange(objects.bucket, action, range)) {
        digest.update(chunk);
      }
      return digest.digest('hex') === part.md5;
    } catch (error) {
      if (error instanceof RemoteStoreError || !(error instanceof RemoteFailure)) throw error;
      if (!error.isTransient || attempt >= mostAttempts) {
        throw toRemoteStoreError(error, errand, attempt);
      }
      await pause(0);
    }
  }
}
