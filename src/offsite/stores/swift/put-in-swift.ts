// Sends an archive to Swift. A small one is one object. A larger one is sent as segments, and appears with its
// manifest, which goes last: Swift then checks that each segment is there as it was sent. A kill before that leaves
// segments that no manifest names. The next export to this name removes them.
import { type Segment, sendInSegments } from '../segments/cut-segments.js';
import { SWIFT_LIMITS, planSegments } from '../segments/plan-segments.js';
import type { Spool } from '../segments/segment-buffer.js';
import { SHA256_FIELD, UPLOAD_FIELD, formatLabels } from '../archive-headers.js';
import { toRemoteStoreError } from '../http/retry.js';
import { actionOn, nameIsTaken, storedOtherwise } from '../remote-session.js';
import type { OutgoingArchive } from '../store.js';
import { newUploadId } from '../upload-id.js';
import { type ManifestSegment, etagOfSegments, formatManifest } from './manifest.js';
import { formatSegmentName } from './segment-names.js';
import { removeLeftoversOf } from './swift-leftovers.js';
import type { SwiftHead, SwiftObjects } from './swift-objects.js';

export interface SwiftPut {
  readonly objects: SwiftObjects;
  /** The same objects, for what must be removed even if the run is to end. */
  readonly tidying: SwiftObjects;
  readonly spool: Spool;
  readonly segmentBytes: number | null;
}

/** @throws RemoteStoreError, InTheWayError, and whatever the chunks throw. What was sent is then removed */
export async function putInSwift(
  put: SwiftPut,
  name: string,
  outgoing: OutgoingArchive,
): Promise<SwiftHead> {
  const { objects } = put;
  const plan = planSegments(outgoing.estimatedBytes, put.segmentBytes, SWIFT_LIMITS);
  await objects.ensureContainer(objects.place.container);
  const former = await objects.head(name);
  if (former !== null && !outgoing.mayReplace) throw nameIsTaken(objects.label, name);
  await removeLeftoversOf(objects, name);
  const upload = new SwiftUpload(put, name, outgoing);
  try {
    const archive = { chunks: outgoing.chunks, plan, spool: put.spool, needsSha256: false };
    await sendInSegments(archive, (segment, sha256) => upload.send(segment, sha256));
    const head = await upload.requireStored();
    // The segments of the archive that this one has replaced.
    if (former !== null) await removeLeftoversOf(objects, name);
    return head;
  } catch (error) {
    await upload.takeBack();
    throw toRemoteStoreError(
      error,
      objects.account.errandOf(actionOn('send', objects.label, name)),
    );
  }
}

class SwiftUpload {
  readonly #put: SwiftPut;
  readonly #name: string;
  readonly #outgoing: OutgoingArchive;
  readonly #upload: string;
  readonly #segments: ManifestSegment[] = [];
  /** What the store must say at the end. */
  #expected: { etag: string; sizeBytes: number; sha256: string } | null = null;
  #isStored = false;

  constructor(put: SwiftPut, name: string, outgoing: OutgoingArchive) {
    this.#put = put;
    this.#name = name;
    this.#outgoing = outgoing;
    this.#upload = newUploadId(put.objects.account.nowMs);
  }

  async send(segment: Segment, sha256: () => string): Promise<void> {
    const { objects } = this.#put;
    if (segment.number === 1 && segment.isLast) {
      this.#expected = { etag: segment.md5, sizeBytes: segment.sizeBytes, sha256: sha256() };
      const headers = { ...this.#headers(this.#expected.sha256), etag: segment.md5 };
      await objects.putWhole(this.#name, segment, headers);
      return;
    }
    if (segment.number === 1) await objects.ensureContainer(objects.segmentContainer);
    const object = this.#segmentObject(segment.number);
    // Noted before it is sent: after a cut connection nobody knows whether it is there.
    this.#segments.push({
      container: objects.segmentContainer,
      object,
      etag: segment.md5,
      sizeBytes: segment.sizeBytes,
    });
    await objects.putSegment(this.#name, object, segment);
    if (segment.isLast) await this.#finish(sha256());
  }

  async #finish(sha256: string): Promise<void> {
    const sizeBytes = this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
    this.#expected = { etag: etagOfSegments(this.#segments), sizeBytes, sha256 };
    const bytes = formatManifest(this.#segments);
    const body = { sizeBytes: bytes.length, chunks: () => [bytes] };
    await this.#put.objects.putManifest(this.#name, body, this.#headers(sha256));
  }

  /** Asks the store what it has now. @throws RemoteStoreError */
  async requireStored(): Promise<SwiftHead> {
    const { objects } = this.#put;
    const head = await objects.head(this.#name);
    const fault = this.#faultOf(head);
    if (fault !== null || head === null) {
      throw storedOtherwise(objects.label, this.#name, fault ?? 'it is not there');
    }
    this.#isStored = true;
    return head;
  }

  #faultOf(head: SwiftHead | null): string | null {
    const expected = this.#expected;
    if (head === null || expected === null) return 'it is not there';
    if (head.sizeBytes !== expected.sizeBytes) return `it has ${head.sizeBytes} bytes`;
    if (head.etag !== expected.etag) return 'its checksum is another one';
    if (head.metadata(SHA256_FIELD) !== expected.sha256) return 'its headers are others';
    return null;
  }

  /** Removes what was sent of an archive that is not finished. What cannot be removed now is so by the next export. */
  async takeBack(): Promise<void> {
    if (this.#isStored) return;
    const { tidying } = this.#put;
    try {
      if (this.#expected !== null) await this.#removeIfOurs(tidying);
      for (const { object } of this.#segments) await tidying.removeSegment(this.#name, object);
    } catch {
      // The error that is thrown says what has happened.
    }
  }

  /** The manifest may have arrived although its answer was lost. Another archive of this name stays. */
  async #removeIfOurs(tidying: SwiftObjects): Promise<void> {
    const head = await tidying.head(this.#name);
    if (head?.metadata(UPLOAD_FIELD) === this.#upload) {
      await tidying.removeObject(this.#name);
    }
  }

  #segmentObject(number: number): string {
    const object = this.#put.objects.objectOf(this.#name);
    return formatSegmentName({ object, upload: this.#upload, number });
  }

  #headers(sha256: string): Record<string, string> {
    const fields = {
      ...formatLabels(this.#outgoing.labels),
      [SHA256_FIELD]: sha256,
      [UPLOAD_FIELD]: this.#upload,
    };
    const metadata = Object.entries(fields).map(([name, value]) => [
      `x-object-meta-${name}`,
      value,
    ]);
    return {
      ...(Object.fromEntries(metadata) as Record<string, string>),
      'content-type': 'application/octet-stream',
    };
  }
}
