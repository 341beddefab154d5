// Reads an archive as a stream that cannot be rewound: first the manifest, then the files in its order. The archive may come
// from anybody. Every entry of the tar must be the next one of the manifest, every file must have its digest, and nothing may
// follow. Memory has a bound, whatever the archive says.
import { createHash } from 'node:crypto';
import { CorruptError, UsageError } from '../../errors.js';
import type { Secret } from '../../system/secrets/secret.js';
import { ByteSource } from '../../system/streams/byte-source.js';
import { zstdDecompress } from '../../system/zstd/zstd.js';
import {
  AGE_MAGIC_BYTES,
  beginsAgeFile,
  openHeader,
  recipientKinds,
  takeHeader,
} from '../age/age-header.js';
import { openPayload } from '../age/age-payload.js';
import { noneOpens, openWithProgram, requireAgeProgram } from '../age/age-program.js';
import type { OpeningKeys } from './archive-keys.js';
import { MANIFEST_PATH } from '../archive-name.js';
import { decodeManifest } from './decode-manifest.js';
import { showArchivePath } from './encode-manifest.js';
import { type ArchiveEntry, type ArchiveManifest, MANIFEST_LIMITS } from './manifest.js';
import { readTarHeader, takePadding } from './read-tar.js';

type Emit = (bytes: Uint8Array) => void | Promise<void>;

/**
 * @param chunks of the archive; each is copied before the next one is asked for. They are ended with the archive, or on a failure
 * @throws CorruptError; NewerFormatError; UsageError where the keys do not open it; errors of `chunks`
 */
export async function openArchive(
  chunks: AsyncIterable<Uint8Array>,
  keys: OpeningKeys,
): Promise<OpenArchive> {
  const outer = new ByteSource(copied(chunks));
  let tar: ByteSource | null = null;
  try {
    tar = new ByteSource(zstdDecompress(await decrypted(outer, keys)));
    return new OpenArchive(tar, await readManifest(tar));
  } catch (error) {
    await tar?.close().catch(() => {});
    await outer.close().catch(() => {});
    throw error;
  }
}

/** Looks at the first bytes alone. @throws CorruptError where they are not those of an archive; errors of `chunks` */
export async function requireArchive(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const outer = new ByteSource(copied(chunks));
  try {
    requireBeginning(await outer.peek(AGE_MAGIC_BYTES));
  } finally {
    await outer.close();
  }
}

/** @returns whether it is encrypted. @throws CorruptError */
function requireBeginning(bytes: Uint8Array): boolean {
  if (beginsAgeFile(bytes)) return true;
  if (ZSTD_MAGIC.equals(bytes.subarray(0, ZSTD_MAGIC.length))) return false;
  throw new CorruptError('this is not an archive of redis-rewind', {
    hint: 'an archive is a tar, compressed with zstd, and perhaps encrypted with age',
  });
}

async function* copied(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) yield new Uint8Array(chunk);
}

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

async function decrypted(outer: ByteSource, keys: OpeningKeys): Promise<AsyncIterable<Uint8Array>> {
  const hasKeys = keys.identities.length > 0 || keys.passphrase !== null;
  if (requireBeginning(await outer.peek(AGE_MAGIC_BYTES))) {
    if (hasKeys) return openSealed(outer, keys);
    throw new UsageError('the archive is encrypted', {
      hint: 'give the identity with -i FILE, or the passphrase with --passphrase-file FILE',
    });
  }
  if (!hasKeys) return outer.chunks();
  // Somebody else may have put it in the place of the encrypted one.
  throw new CorruptError('the archive is not encrypted, although a key for it was given', {
    hint: 'if it was made so, restore it without the key',
  });
}

async function openSealed(
  outer: ByteSource,
  { identities, passphrase }: OpeningKeys,
): Promise<AsyncIterable<Uint8Array>> {
  const header = await takeHeader(outer);
  const own: Secret[] = identities.flatMap((file) => file.identities);
  const fileKey = await openHeader(header, { identities: own, passphrase });
  if (fileKey !== null) return openPayload(outer, fileKey);
  const kinds = recipientKinds(header);
  const isForSsh = kinds.has('ssh-ed25519') || kinds.has('ssh-rsa');
  const sshFiles = identities.filter(({ isSsh }) => isSsh).map(({ path }) => path);
  if (!isForSsh || sshFiles.length === 0) throw noneOpens();
  requireAgeProgram();
  return openWithProgram(joined(header, outer.chunks()), sshFiles);
}

async function* joined(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  yield* rest;
}

async function readManifest(tar: ByteSource): Promise<ArchiveManifest> {
  const header = await readTarHeader(tar);
  if (header?.path !== MANIFEST_PATH || header.type !== 'file') {
    throw new CorruptError('the archive does not begin with a manifest of redis-rewind');
  }
  const { sizeBytes } = header;
  if (sizeBytes > MANIFEST_LIMITS.bytes) {
    throw new CorruptError(`the manifest has ${sizeBytes} bytes, more than any archive needs`);
  }
  const manifest = await decodeManifest(contentOf(tar, sizeBytes, 'the manifest'));
  await takePadding(tar, sizeBytes);
  return manifest;
}

/** The bytes of an entry, as they come. @throws CorruptError where there are fewer */
async function* contentOf(
  tar: ByteSource,
  sizeBytes: number,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let left = sizeBytes; left > 0;) {
    const bytes = await tar.takeSome(left);
    if (bytes.length === 0) throw new CorruptError(`the archive ends in the middle of ${name}`);
    left -= bytes.length;
    yield bytes;
  }
}

export class OpenArchive {
  readonly manifest: ArchiveManifest;
  readonly #tar: ByteSource;
  /** How many entries have been read. */
  #next = 0;

  constructor(tar: ByteSource, manifest: ArchiveManifest) {
    this.#tar = tar;
    this.manifest = manifest;
  }

  /**
   * Emits the content of a file. The entries before it are read too, and proved. So the files must be read in the order of
   * the manifest.
   * @throws CorruptError; what was emitted must then be thrown away
   */
  async read(wanted: ArchiveEntry, emit: Emit): Promise<void> {
    const { entries } = this.manifest;
    for (;;) {
      const entry = entries[this.#next];
      if (entry === undefined) throw new Error('the files of an archive are read in its order');
      this.#next += 1;
      await this.#readEntry(entry, entry === wanted ? emit : () => {});
      if (entry === wanted) return;
    }
  }

  /** Reads and proves all that is left, to the last byte. @throws CorruptError */
  async finish(): Promise<void> {
    for (const entry of this.manifest.entries.slice(this.#next)) {
      this.#next += 1;
      await this.#readEntry(entry, () => {});
    }
    const surplus = await readTarHeader(this.#tar);
    if (surplus === null) return;
    const shown = showArchivePath(surplus.path);
    throw new CorruptError(`the archive has '${shown}', which its manifest lacks`);
  }

  async close(): Promise<void> {
    await this.#tar.close();
  }

  async #readEntry(entry: ArchiveEntry, emit: Emit): Promise<void> {
    const { path, type, sizeBytes, sha256, linkTarget } = entry;
    const shown = `'${showArchivePath(path)}'`;
    const header = await readTarHeader(this.#tar);
    if (header === null) throw new CorruptError(`the archive lacks ${shown}`, { path });
    if (header.path !== path) {
      const found = showArchivePath(header.path);
      throw new CorruptError(`the archive has '${found}' in the place of ${shown}`, { path });
    }
    const isAsSaid =
      header.type === type && header.sizeBytes === sizeBytes && header.linkTarget === linkTarget;
    if (!isAsSaid) throw new CorruptError(`${shown} is not what the manifest says`, { path });
    if (type !== 'file') return;
    const hash = createHash('sha256');
    for await (const bytes of contentOf(this.#tar, sizeBytes, shown)) {
      hash.update(bytes);
      await emit(bytes);
    }
    if (sha256 === null || !hash.digest().equals(sha256)) {
      throw new CorruptError(`${shown} does not have its digest`, { path });
    }
    await takePadding(this.#tar, sizeBytes);
  }
}
