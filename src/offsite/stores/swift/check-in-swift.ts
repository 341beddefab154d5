// Compares what Swift has of an archive with its manifest and its headers. Swift computes the ETag of each segment
// when the segment comes; its auditors compare it with the disk now and then. Some segments are read back here.
import { createHash } from 'node:crypto';
import { append } from '../../../system/lists/lists.js';
import { SHA256_FIELD, parseSha256 } from '../archive-headers.js';
import { actionOn, mapSome, nameInStore } from '../remote-session.js';
import { sampleIndexes } from '../sample.js';
import { type ManifestSegment, etagOfSegments } from './manifest.js';
import { downloadObject } from './read-from-swift.js';
import type { SwiftHead, SwiftObjects } from './swift-objects.js';

/** Returns what is wrong, a line each. */
export async function checkInSwift(objects: SwiftObjects, name: string): Promise<string[]> {
  const head = await objects.head(name);
  const whole = nameInStore(objects.label, name);
  if (head === null) return [`'${whole}' is not there`];
  const faults: string[] = [];
  if (parseSha256(head.metadata(SHA256_FIELD)) === null) {
    faults.push(`the store has lost the SHA-256 of '${whole}'`);
  }
  const segments = head.isManifest
    ? await objects.readManifest(name)
    : [wholeOf(objects, name, head)];
  if (head.isManifest) append(faults, checkManifest(head, segments, whole));
  const found = await mapSome([...segments.entries()], async ([index, segment]) =>
    checkSegment(objects, { name, segment, index }),
  );
  append(
    faults,
    found.flatMap((fault) => fault ?? []),
  );
  // What is missing cannot be read, and its absence is among the faults.
  const readable = segments.filter((_, index) => found[index] === null);
  for (const index of sampleIndexes(readable.map(({ sizeBytes }) => sizeBytes))) {
    const segment = readable[index] as ManifestSegment;
    if (!(await isReadRight(objects, name, segment))) {
      faults.push(`the bytes of '${shown(segment)}' are not those of its checksum`);
    }
  }
  return faults;
}

/** An archive without segments, as if it were one of its own. */
function wholeOf(objects: SwiftObjects, name: string, head: SwiftHead): ManifestSegment {
  const { container } = objects.place;
  return { container, object: objects.objectOf(name), etag: head.etag, sizeBytes: head.sizeBytes };
}

function shown({ container, object }: ManifestSegment): string {
  return `swift://${container}/${object}`;
}

function checkManifest(
  head: SwiftHead,
  segments: readonly ManifestSegment[],
  whole: string,
): string[] {
  const faults = [];
  const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  if (sizeBytes !== head.sizeBytes) {
    faults.push(`the manifest of '${whole}' adds up to ${sizeBytes} bytes, not ${head.sizeBytes}`);
  }
  if (etagOfSegments(segments) !== head.etag) {
    faults.push(`the checksum of '${whole}' is not that of its segments`);
  }
  return faults;
}

interface NumberedSegment {
  readonly name: string;
  readonly segment: ManifestSegment;
  /** From 0 on. */
  readonly index: number;
}

async function checkSegment(
  objects: SwiftObjects,
  { name, segment, index }: NumberedSegment,
): Promise<string | null> {
  const head = await objects.headSegment(name, segment);
  const what = `segment ${index + 1}, '${shown(segment)}',`;
  if (head === null) return `${what} is not there`;
  if (head.sizeBytes !== segment.sizeBytes) {
    return `${what} has ${head.sizeBytes} bytes, not ${segment.sizeBytes}`;
  }
  if (head.etag !== segment.etag) return `${what} is not what was sent`;
  return null;
}

async function isReadRight(
  objects: SwiftObjects,
  name: string,
  segment: ManifestSegment,
): Promise<boolean> {
  const digest = createHash('md5');
  const action = actionOn('read', objects.label, name);
  const { chunks } = await downloadObject(objects.account, action, segment);
  for await (const chunk of chunks) digest.update(chunk);
  return digest.digest('hex') === segment.etag;
}
