// Archives in memory: of a few small files, as the program writes them, and by hand out of parts that need not fit together.
import { createHash } from 'node:crypto';
import type { OpeningKeys, SealingKeys } from '../../../src/offsite/archive/archive-keys.js';
import { encodeManifest } from '../../../src/offsite/archive/encode-manifest.js';
import {
  type TarEntry,
  encodeTarHeader,
  manifestEntry,
  tarEnd,
  tarPadding,
} from '../../../src/offsite/archive/encode-tar.js';
import {
  type ArchiveEntry,
  type ArchiveManifest,
  contentBytes,
} from '../../../src/offsite/archive/manifest.js';
import { openArchive } from '../../../src/offsite/archive/open-archive.js';
import { prepareSeal } from '../../../src/offsite/archive/seal-archive.js';
import { writeArchive } from '../../../src/offsite/archive/write-archive.js';
import { type BytePath, pathFromText } from '../../../src/system/files/byte-path.js';
import { zstdCompressBuffer } from '../../../src/system/zstd/zstd.js';

export const NO_KEYS: OpeningKeys = { identities: [], passphrase: null };

/** What the files of a test hold, by their paths. */
export type Contents = ReadonlyMap<BytePath, Buffer>;

export interface TestArchive {
  readonly manifest: ArchiveManifest;
  readonly contents: Contents;
}

/** An entry with metadata that tell it from others. */
export function archiveEntry(path: string, changes: Partial<ArchiveEntry> = {}): ArchiveEntry {
  return {
    path: pathFromText(path),
    type: 'directory',
    mode: 0o750,
    uid: 106,
    gid: 112,
    ownerName: 'redis',
    groupName: 'redis',
    mtimeNs: 1_795_834_800_123_456_789n,
    sizeBytes: 0,
    sha256: null,
    linkTarget: null,
    isStale: false,
    verdict: null,
    ...changes,
  };
}

export function fileEntry(
  path: string,
  content: Buffer,
  changes: Partial<ArchiveEntry> = {},
): ArchiveEntry {
  const sha256 = createHash('sha256').update(content).digest();
  return archiveEntry(path, {
    type: 'file',
    mode: 0o640,
    sizeBytes: content.length,
    sha256,
    ...changes,
  });
}

export function testManifest(entries: readonly ArchiveEntry[]): ArchiveManifest {
  return {
    program: 'redis-rewind 0.1.0',
    repositoryId: 'a4d9c27e-0000-4000-8000-000000000001',
    snapshot: {
      id: 12,
      timeSeconds: 1_795_834_800,
      program: 'redis-rewind 0.1.0',
      host: 'cache-1',
      source: pathFromText('/var/lib/redis'),
    },
    server: { product: 'Redis', version: '7.0.15' },
    notes: [{ severity: 'look', kind: 'stale', path: 'dump.rdb', message: 'it is', hint: null }],
    entries,
  };
}

/** A root, a dump, a folder with an AOF and an empty file, a link, and a name that is not UTF-8. */
export function smallArchive(): TestArchive {
  const dump = Buffer.from('REDIS0011 and so on');
  const log = Buffer.alloc(70_000, '*1\r\n$4\r\nPING\r\n');
  const empty = Buffer.alloc(0);
  const odd = Buffer.from('odd');
  const oddPath = 'n\xf6t-utf8' as BytePath;
  const entries = [
    archiveEntry(''),
    archiveEntry('appendonlydir'),
    fileEntry('appendonlydir/appendonly.aof.1.incr.aof', log),
    fileEntry('appendonlydir/empty', empty),
    fileEntry('dump.rdb', dump, { verdict: { kind: 'whole', why: null } }),
    archiveEntry('link', { type: 'symlink', mode: 0o777, linkTarget: pathFromText('dump.rdb') }),
    { ...fileEntry('odd', odd), path: oddPath },
  ];
  const contents = new Map([
    [pathFromText('appendonlydir/appendonly.aof.1.incr.aof'), log],
    [pathFromText('appendonlydir/empty'), empty],
    [pathFromText('dump.rdb'), dump],
    [oddPath, odd],
  ]);
  return { manifest: testManifest(entries), contents };
}

export async function writeTestArchive(
  { manifest, contents }: TestArchive,
  keys: SealingKeys = { kind: 'none' },
): Promise<Buffer> {
  const seal = await prepareSeal(keys);
  return gather(
    writeArchive({
      manifest,
      seal,
      read: async ({ path }, emit) => emit(contents.get(path) ?? Buffer.alloc(0)),
    }),
  );
}

/** Everything in an archive, read to its end. */
export async function readTestArchive(
  bytes: Buffer,
  keys: OpeningKeys = NO_KEYS,
): Promise<TestArchive> {
  const archive = await openArchive(chunksOf(bytes, 10_007), keys);
  const contents = new Map<BytePath, Buffer>();
  try {
    for (const entry of archive.manifest.entries) {
      if (entry.type !== 'file') continue;
      const pieces: Buffer[] = [];
      await archive.read(entry, (piece) => void pieces.push(Buffer.from(piece)));
      contents.set(entry.path, Buffer.concat(pieces));
    }
    await archive.finish();
  } finally {
    await archive.close();
  }
  return { manifest: archive.manifest, contents };
}

export async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(Uint8Array.from(chunk));
  return Buffer.concat(pieces);
}

export async function* chunksOf(
  bytes: Uint8Array,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes);
}

/** A header and its content, with what fills up the last block. */
export function tarPart(entry: TarEntry, content: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([encodeTarHeader(entry), content, tarPadding(content.length)]);
}

/** @param text the manifest, unless another one is given */
export function manifestPart(
  manifest: ArchiveManifest,
  text: Buffer = Buffer.concat([...encodeManifest(manifest)]),
): Buffer {
  return tarPart(manifestEntry(text.length, manifest.snapshot.timeSeconds), text);
}

/** The parts of an archive as the program writes it, to be changed one by one. */
export function tarParts({ manifest, contents }: TestArchive): Buffer[] {
  return [
    manifestPart(manifest),
    ...manifest.entries.map((entry) => tarPart(entry, contents.get(entry.path))),
  ];
}

/** Not encrypted. */
export async function packTar(parts: readonly Buffer[]): Promise<Buffer> {
  const tar = Buffer.concat(parts);
  return zstdCompressBuffer(Buffer.concat([tar, tarEnd(tar.length)]), 3);
}

export function totalBytes({ manifest }: TestArchive): number {
  return contentBytes(manifest.entries);
}
