// Segments that no manifest names: of an upload that was killed, or of an archive that was replaced or removed.
// The manifest itself decides, and not a header that anybody may change.
import { isName } from '../listing.js';
import { LEFTOVER_AGE_MS } from '../remote-session.js';
import { listContainer } from './list-container.js';
import { parseSegmentName } from './segment-names.js';
import type { SwiftObjects } from './swift-objects.js';

/** The segments of one upload. */
interface Upload {
  /** Of the archive, without the prefix. */
  readonly name: string;
  readonly upload: string;
  readonly objects: string[];
  changedAtMs: number;
}

/** Removes what uploads of this name have left. Nobody else may be sending it. Returns how many uploads. */
export async function removeLeftoversOf(objects: SwiftObjects, name: string): Promise<number> {
  const uploads = await listUploads(objects, `${objects.objectOf(name)}/`);
  return removeUnnamed(
    objects,
    uploads.filter((upload) => upload.name === name),
  );
}

/** Removes what uploads of any name have left a day ago or earlier. Returns how many uploads. */
export async function removeOldLeftovers(objects: SwiftObjects): Promise<number> {
  const uploads = await listUploads(objects, objects.place.prefix);
  const before = objects.account.nowMs - LEFTOVER_AGE_MS;
  return removeUnnamed(
    objects,
    uploads.filter(({ changedAtMs }) => changedAtMs < before),
  );
}

async function listUploads(objects: SwiftObjects, prefix: string): Promise<Upload[]> {
  const container = objects.segmentContainer;
  const listed = await listContainer(objects.account, { container, prefix, isFlat: false });
  const uploads = new Map<string, Upload>();
  for (const { name: object, changedAtMs } of listed ?? []) {
    const segment = parseSegmentName(object);
    if (segment === null) continue;
    const name = segment.object.slice(objects.place.prefix.length);
    // Those of archives in another folder belong to another store.
    if (name.includes('/') || !isName(name)) continue;
    const key = `${name}/${segment.upload}`;
    const upload = uploads.get(key) ?? {
      name,
      upload: segment.upload,
      objects: [],
      changedAtMs: 0,
    };
    upload.objects.push(object);
    upload.changedAtMs = Math.max(upload.changedAtMs, changedAtMs);
    uploads.set(key, upload);
  }
  return [...uploads.values()];
}

/** The manifests are read after the segments were listed, so what has been finished meanwhile is seen. */
async function removeUnnamed(objects: SwiftObjects, uploads: readonly Upload[]): Promise<number> {
  const named = new Map<string, Set<string>>();
  for (const { name } of uploads) {
    if (!named.has(name)) named.set(name, await uploadsInManifest(objects, name));
  }
  const leftovers = uploads.filter(({ name, upload }) => named.get(name)?.has(upload) !== true);
  for (const { name, objects: segments } of leftovers) {
    for (const segment of segments) await objects.removeSegment(name, segment);
  }
  return leftovers.length;
}

async function uploadsInManifest(objects: SwiftObjects, name: string): Promise<Set<string>> {
  const head = await objects.head(name);
  if (head === null || !head.isManifest) return new Set();
  const segments = await objects.readManifest(name);
  return new Set(
    segments
      .filter(({ container }) => container === objects.segmentContainer)
      .flatMap(({ object }) => parseSegmentName(object)?.upload ?? []),
  );
}
