// Archives in a bucket of S3, of AWS or of another store that speaks its protocol.
import type { S3Target } from '../../target.js';
import { formatTarget } from '../../target.js';
import { parseHeaders } from '../archive-headers.js';
import { readAuthorities } from '../credentials.js';
import { isArchive, isName } from '../listing.js';
import { actionOn, mapSome, openSessions } from '../remote-session.js';
import type { Spool } from '../segments/segment-buffer.js';
import type { StoreContext } from '../store-context.js';
import type { ArchiveStore, IncomingArchive, OutgoingArchive, StoredArchive } from '../store.js';
import { checkInS3, readDigest } from './check-in-s3.js';
import { parseDigestName } from './digest-object.js';
import { listBucket } from './list-bucket.js';
import { putInS3 } from './put-in-s3.js';
import { downloadObject } from './read-from-s3.js';
import { parseS3Access } from './s3-access.js';
import { S3Bucket } from './s3-bucket.js';
import { removeLeftoversOf, removeOldLeftovers } from './s3-leftovers.js';
import { type S3Head, S3Objects } from './s3-objects.js';

export class S3Store implements ArchiveStore {
  readonly label: string;
  readonly #objects: S3Objects;
  readonly #tidying: S3Objects;
  readonly #spool: Spool;
  readonly #segmentBytes: number | null;

  /** Contacts nobody yet. @throws UsageError where the environment does not say how to log in */
  constructor(target: S3Target, context: StoreContext) {
    this.label = formatTarget({ ...target, name: null });
    const { environment, fileSystem, options } = context;
    const access = parseS3Access(target.bucket, environment, options.endpoint);
    const authorities = readAuthorities(fileSystem, environment, 'AWS_CA_BUNDLE');
    const { usual, tidying } = openSessions(context, authorities, {
      label: this.label,
      advice: access.advice,
    });
    this.#objects = new S3Objects(new S3Bucket(usual, access), target.prefix);
    this.#tidying = new S3Objects(new S3Bucket(tidying, access), target.prefix);
    this.#spool = { fileSystem, folder: options.spoolFolder };
    this.#segmentBytes = options.segmentBytes;
  }

  async put(name: string, outgoing: OutgoingArchive): Promise<StoredArchive> {
    const put = {
      objects: this.#objects,
      tidying: this.#tidying,
      spool: this.#spool,
      segmentBytes: this.#segmentBytes,
    };
    const { head, sha256 } = await putInS3(put, name, outgoing);
    return toStored(name, head, sha256);
  }

  async get(name: string): Promise<IncomingArchive> {
    const action = actionOn('read', this.label, name);
    const key = this.#objects.keyOf(name);
    const { head, chunks, close } = await downloadObject(this.#objects.bucket, action, key);
    try {
      const digest = await readDigest(this.#objects, name, head);
      return { archive: toStored(name, head, digest?.sha256 ?? null), chunks, close };
    } catch (error) {
      close();
      throw error;
    }
  }

  async list(): Promise<readonly StoredArchive[]> {
    const { bucket, prefix } = this.#objects;
    const listed = await listBucket(bucket, prefix);
    const names = listed
      .map(({ key }) => key.slice(prefix.length))
      .filter((name) => isName(name) && parseDigestName(name) === null);
    const archives = await mapSome(names, async (name) => {
      const head = await this.#objects.head(name);
      if (head === null) return null;
      const digest = await readDigest(this.#objects, name, head);
      return toStored(name, head, digest?.sha256 ?? null);
    });
    return archives.filter((archive) => archive !== null).filter(isArchive);
  }

  /** The archive goes first, so that it is not listed without its digest. */
  async remove(name: string): Promise<void> {
    await this.#objects.removeObject(name);
    await removeLeftoversOf(this.#objects, name);
  }

  async checkStored(name: string): Promise<readonly string[]> {
    return checkInS3(this.#objects, name);
  }

  async removeLeftovers(): Promise<number> {
    return removeOldLeftovers(this.#objects);
  }
}

function toStored(name: string, head: S3Head, sha256: string | null): StoredArchive {
  const headers = parseHeaders(head.metadata);
  return {
    name,
    sizeBytes: head.sizeBytes,
    storedAtMs: head.changedAtMs,
    headers: headers === null ? null : { ...headers, sha256 },
  };
}
