// Sends an archive to S3. A small one is one object. A larger one is sent in parts, and appears when the store is
// told to put them together:
//
// 1. CreateMultipartUpload, with the metadata. The store lists nothing yet.
// 2. UploadPart for each part, with its MD5, which the store compares.
// 3. The digests go into an object of their own (digest-object.ts).
// 4. CompleteMultipartUpload. From here on the archive is there.
//
// A kill before the last step leaves an upload, and perhaps the digests. The next export to this name removes them.
import { type Segment, sendInSegments } from '../segments/cut-segments.js';
import { S3_LIMITS, planSegments } from '../segments/plan-segments.js';
import type { Spool } from '../segments/segment-buffer.js';
import { SHA256_FIELD, UPLOAD_FIELD, formatLabels } from '../archive-headers.js';
import { foreignAnswer } from '../http/remote-failure.js';
import { toRemoteStoreError } from '../http/retry.js';
import { actionOn, nameIsTaken, storedOtherwise } from '../remote-session.js';
import type { OutgoingArchive } from '../store.js';
import { newUploadId } from '../upload-id.js';
import { type PartDigest, formatDigestName, formatDigestObject } from './digest-object.js';
import { etagOfParts, isOtherEtag } from './etag.js';
import { bodyOf, type S3Body } from './s3-bucket.js';
import { removeLeftoversOf } from './s3-leftovers.js';
import type { S3Head, S3Objects, UploadedPart } from './s3-objects.js';

export interface S3Put {
  readonly objects: S3Objects;
  /** The same objects, for what must be removed even if the run is to end. */
  readonly tidying: S3Objects;
  readonly spool: Spool;
  readonly segmentBytes: number | null;
}

export interface StoredInS3 {
  readonly head: S3Head;
  readonly sha256: string;
}

/** @throws RemoteStoreError, InTheWayError, and whatever the chunks throw. What was sent is then removed */
export async function putInS3(
  put: S3Put,
  name: string,
  outgoing: OutgoingArchive,
): Promise<StoredInS3> {
  const { objects } = put;
  const plan = planSegments(outgoing.estimatedBytes, put.segmentBytes, S3_LIMITS);
  const former = await objects.head(name);
  if (former !== null && !outgoing.mayReplace) throw nameIsTaken(objects.label, name);
  await removeLeftoversOf(objects, name);
  const upload = new S3Upload(put, name, outgoing);
  try {
    const archive = { chunks: outgoing.chunks, plan, spool: put.spool, needsSha256: true };
    await sendInSegments(archive, (segment, sha256) => upload.send(segment, sha256));
    const stored = await upload.requireStored();
    // The digest of an archive that was replaced, and uploads whose beginning was asked for twice.
    if (former !== null || upload.isInParts) await removeLeftoversOf(objects, name);
    return stored;
  } catch (error) {
    await upload.takeBack();
    throw toRemoteStoreError(error, objects.bucket.errandOf(actionOn('send', objects.label, name)));
  }
}

class S3Upload {
  readonly #put: S3Put;
  readonly #name: string;
  readonly #outgoing: OutgoingArchive;
  readonly #upload: string;
  /** The store's number of the upload; null for an archive of one part. */
  #uploadId: string | null = null;
  readonly #digests: PartDigest[] = [];
  readonly #parts: UploadedPart[] = [];
  /** What the store must say at the end. */
  #expected: { etag: string; sizeBytes: number; sha256: string } | null = null;
  #isStored = false;

  constructor(put: S3Put, name: string, outgoing: OutgoingArchive) {
    this.#put = put;
    this.#name = name;
    this.#outgoing = outgoing;
    this.#upload = newUploadId(put.objects.bucket.nowMs);
  }

  get isInParts(): boolean {
    return this.#uploadId !== null;
  }

  async send(segment: Segment, sha256: () => string): Promise<void> {
    const part = requireDigests(segment);
    if (segment.number === 1 && segment.isLast) return this.#sendAtOnce(part, sha256());
    const { objects } = this.#put;
    this.#uploadId ??= await objects.createUpload(this.#name, this.#headers(null));
    const answer = await objects.putPart(this.#name, this.#uploadId, {
      ...part,
      number: segment.number,
    });
    this.#digests.push({ sizeBytes: segment.sizeBytes, md5: segment.md5 });
    this.#parts.push({ number: segment.number, etag: answer.header('etag') ?? '' });
    if (segment.isLast) await this.#finish(this.#uploadId, sha256());
  }

  async #sendAtOnce(part: S3Body, sha256: string): Promise<void> {
    this.#expected = { etag: part.md5, sizeBytes: part.sizeBytes, sha256 };
    await this.#put.objects.putObject(this.#name, part, this.#headers(sha256));
  }

  async #finish(uploadId: string, sha256: string): Promise<void> {
    const { objects } = this.#put;
    const sizeBytes = this.#digests.reduce((sum, part) => sum + part.sizeBytes, 0);
    this.#expected = { etag: etagOfParts(this.#digests), sizeBytes, sha256 };
    const digest = formatDigestObject(this.#name, { sha256, parts: this.#digests });
    await objects.putObject(this.#digestName, bodyOf(digest), { 'content-type': 'text/plain' });
    try {
      await objects.completeUpload(this.#name, uploadId, this.#parts);
    } catch (error) {
      // It may have been finished by a request whose answer was lost. Not every store says so when it is asked again.
      const head = await objects.head(this.#name);
      if (head?.metadata(UPLOAD_FIELD) !== this.#upload) throw error;
    }
  }

  /** Asks the store what it has now. @throws RemoteStoreError */
  async requireStored(): Promise<StoredInS3> {
    const { objects } = this.#put;
    const head = await objects.head(this.#name);
    const fault = this.#faultOf(head);
    if (fault !== null || head === null || this.#expected === null) {
      throw storedOtherwise(objects.label, this.#name, fault ?? 'it is not there');
    }
    this.#isStored = true;
    return { head, sha256: this.#expected.sha256 };
  }

  #faultOf(head: S3Head | null): string | null {
    const expected = this.#expected;
    if (head === null || expected === null) return 'it is not there';
    if (head.metadata(UPLOAD_FIELD) !== this.#upload) return 'its headers are others';
    if (head.sizeBytes !== expected.sizeBytes) return `it has ${head.sizeBytes} bytes`;
    if (isOtherEtag(head.header, expected.etag)) return 'its checksum is another one';
    return null;
  }

  /** Removes what was sent of an archive that is not finished. What cannot be removed now is so by the next export. */
  async takeBack(): Promise<void> {
    if (this.#isStored) return;
    const { tidying } = this.#put;
    try {
      if (this.#uploadId !== null) await tidying.abortUpload(this.#name, this.#uploadId);
      if (this.#expected === null) return;
      const head = await tidying.head(this.#name);
      if (head?.metadata(UPLOAD_FIELD) === this.#upload) await tidying.removeObject(this.#name);
      if (this.#uploadId !== null) await tidying.removeObject(this.#digestName);
    } catch {
      // The error that is thrown says what has happened.
    }
  }

  get #digestName(): string {
    return formatDigestName(this.#name, this.#upload);
  }

  #headers(sha256: string | null): Record<string, string> {
    const fields = {
      ...formatLabels(this.#outgoing.labels),
      [UPLOAD_FIELD]: this.#upload,
      ...(sha256 === null ? {} : { [SHA256_FIELD]: sha256 }),
    };
    const metadata = Object.entries(fields).map(([name, value]) => [`x-amz-meta-${name}`, value]);
    return {
      ...(Object.fromEntries(metadata) as Record<string, string>),
      'content-type': 'application/octet-stream',
    };
  }
}

function requireDigests(segment: Segment): S3Body {
  const { sizeBytes, chunks, md5, sha256 } = segment;
  if (sha256 === null) throw foreignAnswer('a part was cut without its SHA-256');
  return { sizeBytes, chunks, md5, sha256 };
}
