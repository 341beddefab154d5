// The requests about archives in a bucket, and about their uploads. Nothing here decides anything.
import { append } from '../../../system/lists/lists.js';
import { RemoteFailure, foreignAnswer } from '../http/remote-failure.js';
import { actionOn } from '../remote-session.js';
import { MOST_DIGEST_BYTES } from './digest-object.js';
import { isOtherEtag } from './etag.js';
import { bodyOf, type S3Answer, type S3Body, type S3Bucket, type S3Call } from './s3-bucket.js';
import { codeIn, failureOfCode } from './s3-failure.js';
import { childrenOf, escapeText, parseXml, textOf } from './xml.js';

export interface S3Head {
  readonly sizeBytes: number;
  readonly changedAtMs: number;
  readonly header: (name: string) => string | undefined;
  readonly metadata: (name: string) => string | undefined;
}

export interface UploadedPart {
  readonly number: number;
  /** As the store gave it. */
  readonly etag: string;
}

/** An upload that is not finished. */
export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly begunAtMs: number;
}

/** S3 puts the parts together before it answers. */
const COMPLETE_ANSWER_MS = 10 * 60 * 1000;
const MOST_PAGE_BYTES = 4 * 1024 * 1024;
/** Of 1,000 uploads each, or fewer. What is beyond them is left for a later run. */
const MOST_UPLOAD_PAGES = 200;
/** Of 1,000 parts each: S3 takes 10,000. */
const MOST_PART_PAGES = 10;

export class S3Objects {
  readonly bucket: S3Bucket;
  readonly prefix: string;

  constructor(bucket: S3Bucket, prefix: string) {
    this.bucket = bucket;
    this.prefix = prefix;
  }

  get label(): string {
    return this.bucket.session.label;
  }

  keyOf(name: string): string {
    return this.prefix + name;
  }

  /** Null where there is nothing of this name. */
  async head(name: string): Promise<S3Head | null> {
    const answer = await this.bucket.call({
      ...this.#on('look at', name),
      method: 'HEAD',
      expected: [200, 404],
    });
    return answer.status === 404 ? null : toHead(answer.header);
  }

  /** Returns what the store says of it. */
  async putObject(
    name: string,
    body: S3Body,
    headers: Readonly<Record<string, string>>,
  ): Promise<S3Answer> {
    const call = {
      ...this.#on('send', name),
      method: 'PUT',
      headers,
      body,
      expected: [200],
    } as const;
    return this.bucket.call(call, (answer) => requireOwnEtag(answer, body));
  }

  /** The text of a small object; null where there is none. */
  async readSmall(name: string): Promise<string | null> {
    const call = { ...this.#on('read', name), method: 'GET', expected: [200, 404] } as const;
    const take = ({ status, body }: S3Answer): string | null =>
      status === 404 ? null : body.toString('utf8');
    return this.bucket.call(call, take, MOST_DIGEST_BYTES);
  }

  async removeObject(name: string): Promise<void> {
    await this.bucket.call({
      ...this.#on('remove', name),
      method: 'DELETE',
      expected: [200, 204, 404],
    });
  }

  /** @returns the number that the store gives the upload */
  async createUpload(name: string, headers: Readonly<Record<string, string>>): Promise<string> {
    const call: S3Call = {
      ...this.#on('begin', name),
      method: 'POST',
      query: { uploads: '' },
      headers,
      expected: [200],
    };
    return this.bucket.call(call, ({ body }) => {
      const uploadId = textOf(parseXml(body), 'UploadId');
      if (uploadId !== null && /^[\x21-\x7e]{1,1024}$/.test(uploadId)) return uploadId;
      throw foreignAnswer('it gives the upload no number');
    });
  }

  async putPart(
    name: string,
    uploadId: string,
    part: S3Body & { readonly number: number },
  ): Promise<S3Answer> {
    const call: S3Call = {
      ...this.#on('send a part of', name),
      method: 'PUT',
      query: { partNumber: String(part.number), uploadId },
      body: part,
      expected: [200],
    };
    return this.bucket.call(call, (answer) => requireOwnEtag(answer, part));
  }

  /**
   * Puts the parts together.
   * @returns false where the store no longer knows the upload: it may be finished, and the answer was lost
   */
  async completeUpload(
    name: string,
    uploadId: string,
    parts: readonly UploadedPart[],
  ): Promise<boolean> {
    const rows = parts.map(
      ({ number, etag }) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>${escapeText(etag)}</ETag></Part>`,
    );
    const xml = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rows.join('')}</CompleteMultipartUpload>`;
    const call: S3Call = {
      ...this.#on('finish', name),
      method: 'POST',
      query: { uploadId },
      headers: { 'content-type': 'application/xml' },
      body: bodyOf(xml),
      expected: [200, 404],
      answerMs: COMPLETE_ANSWER_MS,
    };
    return this.bucket.call(call, ({ status, body }) => {
      if (status === 404) return false;
      // S3 says 200 before it begins, to keep the connection open. The error comes later.
      const code = codeIn(body.toString('utf8'));
      if (code === 'NoSuchUpload') return false;
      const noRetry = { retryAfterMs: null, region: null };
      if (code !== '') throw failureOfCode(status, code, noRetry);
      if (parseXml(body).name !== 'CompleteMultipartUploadResult') {
        throw foreignAnswer('it does not say whether the upload is finished');
      }
      return true;
    });
  }

  async abortUpload(name: string, uploadId: string): Promise<void> {
    await this.bucket.call({
      ...this.#on('take back', name),
      method: 'DELETE',
      query: { uploadId },
      expected: [200, 204, 404],
    });
  }

  /** Uploads that are not finished, of keys that begin so. Null where the store cannot tell. */
  async listUploads(keyPrefix: string): Promise<OpenUpload[] | null> {
    const found: OpenUpload[] = [];
    let markers: Record<string, string> = {};
    for (let pages = 1; ; pages += 1) {
      const query = { uploads: '', prefix: keyPrefix, 'max-uploads': '1000', ...markers };
      const call: S3Call = {
        ...this.#on('list the uploads in', ''),
        key: null,
        method: 'GET',
        query,
        expected: [200, 501],
      };
      const page = await this.bucket.call(call, readUploads, MOST_PAGE_BYTES);
      if (page === null) return null;
      append(
        found,
        page.uploads.filter(({ key }) => key.startsWith(keyPrefix)),
      );
      const next = { 'key-marker': page.nextKey, 'upload-id-marker': page.nextUploadId };
      if (!page.isTruncated || JSON.stringify(next) === JSON.stringify(markers)) return found;
      if (page.nextKey === '' || pages >= MOST_UPLOAD_PAGES) return found;
      markers = next;
    }
  }

  /** When the newest part of an upload came; null where there is none, and where the store does not say. */
  async newestPartAtMs(name: string, uploadId: string): Promise<number | null> {
    let newestMs: number | null = null;
    let marker = '';
    for (let pages = 1; ; pages += 1) {
      const query = { uploadId, ...(marker === '' ? {} : { 'part-number-marker': marker }) };
      const call: S3Call = {
        ...this.#on('look at an upload of', name),
        method: 'GET',
        query,
        // Whoever may send and take back need not have the right to look.
        expected: [200, 403, 404, 501],
      };
      const page = await this.bucket.call(call, readParts, MOST_PAGE_BYTES);
      for (const atMs of page.arrivedAtMs) newestMs = Math.max(newestMs ?? atMs, atMs);
      if (page.next === '' || page.next === marker || pages >= MOST_PART_PAGES) return newestMs;
      marker = page.next;
    }
  }

  #on(verb: string, name: string): { readonly action: string; readonly key: string } {
    return { action: actionOn(verb, this.label, name), key: this.keyOf(name) };
  }
}

/** Not every store compares the MD5 that comes with the bytes. */
function requireOwnEtag(answer: S3Answer, body: S3Body): S3Answer {
  if (!isOtherEtag(answer.header, body.md5)) return answer;
  const reason = 'the checksum was wrong when the bytes arrived';
  throw new RemoteFailure('mismatch', reason, { isTransient: true });
}

function readUploads({ status, body }: S3Answer): {
  readonly uploads: readonly OpenUpload[];
  readonly isTruncated: boolean;
  readonly nextKey: string;
  readonly nextUploadId: string;
} | null {
  if (status === 501) return null;
  const root = parseXml(body);
  const uploads = childrenOf(root, 'Upload').flatMap((upload) => {
    const key = textOf(upload, 'Key');
    const uploadId = textOf(upload, 'UploadId');
    const begunAtMs = Date.parse(textOf(upload, 'Initiated') ?? '');
    if (key === null || uploadId === null) return [];
    return [{ key, uploadId, begunAtMs: Number.isNaN(begunAtMs) ? 0 : begunAtMs }];
  });
  return {
    uploads,
    isTruncated: textOf(root, 'IsTruncated') === 'true',
    nextKey: textOf(root, 'NextKeyMarker') ?? '',
    nextUploadId: textOf(root, 'NextUploadIdMarker') ?? '',
  };
}

function readParts({ status, body }: S3Answer): {
  readonly arrivedAtMs: readonly number[];
  /** Where the next page begins; empty at the end. */
  readonly next: string;
} {
  if (status !== 200) return { arrivedAtMs: [], next: '' };
  const root = parseXml(body);
  const times = childrenOf(root, 'Part').map((part) =>
    Date.parse(textOf(part, 'LastModified') ?? ''),
  );
  const isTruncated = textOf(root, 'IsTruncated') === 'true';
  const marker = textOf(root, 'NextPartNumberMarker') ?? '';
  return {
    arrivedAtMs: times.filter((atMs) => !Number.isNaN(atMs)),
    next: isTruncated && /^[0-9]{1,5}$/.test(marker) ? marker : '',
  };
}

export function toHead(header: (name: string) => string | undefined): S3Head {
  const length = header('content-length') ?? '';
  const changedAtMs = Date.parse(header('last-modified') ?? '');
  return {
    sizeBytes: /^[0-9]{1,15}$/.test(length) ? Number(length) : 0,
    changedAtMs: Number.isNaN(changedAtMs) ? 0 : changedAtMs,
    header,
    metadata: (name) => header(`x-amz-meta-${name}`),
  };
}
