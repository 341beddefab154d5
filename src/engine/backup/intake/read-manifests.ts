// Reads the AOF manifests of a snapshot that is being made. Anybody may have written them, and as many as
// they like: what is read of them has a bound, and what is beyond it counts as not checked.
import { CorruptError } from '../../../errors.js';
import {
  type AofManifest,
  MANIFEST_MOST_BYTES,
  hasManifestName,
  parseAofManifest,
} from '../../../persistence/aof/aof-manifest.js';
import { mirrorPath } from '../../../repository/layout.js';
import type { Staging } from '../../../repository/staging.js';
import { type BytePath, baseName, joinPath, parentPath } from '../../../system/files/byte-path.js';
import { readFileUpTo } from '../../../system/files/read-chunks.js';
import type { RunContext } from '../../run/run-context.js';
import type { NextEntry } from '../next-entry.js';

export type ReadManifest =
  | { readonly kind: 'parsed'; readonly manifest: AofManifest }
  /** `broken`: no server would load it. */
  | { readonly kind: 'broken' | 'unchecked'; readonly why: string };

/** Of all manifests of a snapshot. */
export const MANIFESTS_MOST_BYTES = 16 << 20;

interface ManifestsPlace {
  readonly context: Pick<RunContext, 'fileSystem' | 'checkpoint'>;
  readonly repository: { readonly path: BytePath };
}

/** From staging, or from the mirror if they are unchanged. */
export async function readManifests(
  { context, repository }: ManifestsPlace,
  staging: Staging,
  entries: readonly NextEntry[],
): Promise<Map<BytePath, ReadManifest>> {
  const manifests = new Map<BytePath, ReadManifest>();
  const expected = manifestsOf(entries);
  let leftBytes = MANIFESTS_MOST_BYTES;
  for (const { path, type, staged } of entries) {
    if (type === 'directory' && expected.has(path)) manifests.set(path, FOLDER);
    if (type !== 'file' || !hasManifestName(path)) continue;
    await context.checkpoint();
    const file = staged === null ? mirrorPath(repository.path, path) : staging.path(staged);
    const mostBytes = Math.min(leftBytes, MANIFEST_MOST_BYTES);
    const bytes = readFileUpTo(context.fileSystem, file, mostBytes);
    leftBytes -= bytes?.length ?? 0;
    manifests.set(path, readManifest(bytes));
  }
  return manifests;
}

/** A server looks for a manifest, and cannot put one there. */
const FOLDER: ReadManifest = { kind: 'broken', why: 'it is a folder' };

const TOO_LARGE: ReadManifest = {
  kind: 'unchecked',
  why: 'a manifest is read up to 1 MiB, and all manifests of a snapshot up to 16 MiB',
};

const AOF_FILE = /\.[0-9]+\.(?:base\.(?:rdb|aof)|incr\.aof)$/;

/** Where a server has the manifests of the AOF files that are there. */
function manifestsOf(entries: readonly NextEntry[]): Set<BytePath> {
  const manifests = new Set<BytePath>();
  for (const { path, type } of entries) {
    if (type !== 'file' || !AOF_FILE.test(path)) continue;
    manifests.add(joinPath(parentPath(path), baseName(path).replace(AOF_FILE, '.manifest')));
  }
  return manifests;
}

/** @param bytes null where there are too many of them */
export function readManifest(bytes: Buffer | null): ReadManifest {
  if (bytes === null) return TOO_LARGE;
  try {
    return { kind: 'parsed', manifest: parseAofManifest(bytes) };
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    return { kind: 'broken', why: error.message };
  }
}
