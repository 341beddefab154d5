// Writes an archive as a stream: a tar with the manifest first, compressed by zstd on another thread, encrypted by age
// (docs/archive-format.md). What is on its way at a moment has a bound, whatever the size of the files.
import { ByteChannel } from '../../system/streams/byte-channel.js';
import { isWorthThread } from '../../system/threads/worth-a-thread.js';
import { ZstdThread } from '../../system/zstd/zstd-thread.js';
import { compressWithProgram, hasZstdProgram } from '../../system/zstd/zstd-program.js';
import { createZstdWriter } from '../../system/zstd/zstd.js';
import { showArchivePath, encodeManifest, measureManifest } from './encode-manifest.js';
import { encodeTarHeader, manifestEntry, tarEnd, tarPadding } from './encode-tar.js';
import { type ArchiveEntry, type ArchiveManifest, contentBytes } from './manifest.js';
import type { Seal } from './seal-archive.js';

export interface ArchiveWriting {
  readonly manifest: ArchiveManifest;
  /** Emits the content of a file, and proves it. Each file of the manifest is read once, in order. */
  readonly read: (entry: ArchiveEntry, emit: (bytes: Uint8Array) => Promise<void>) => Promise<void>;
  readonly seal: Seal;
}

/** Bytes that may wait to be taken. */
const WAITING_MOST_BYTES = 4 << 20;
const LEVEL = 3;
/** Below this, starting a program takes longer than it saves. */
const PROGRAM_FROM_BYTES = 32 << 20;

/**
 * The bytes of the archive. Ending the iteration early ends everything that works for it. An error of `read` ends the
 * stream: what came before it is no archive, because its end is missing.
 * @throws UsageError where the manifest would be too large, before anything is read
 */
export function writeArchive(writing: ArchiveWriting): AsyncIterable<Uint8Array> {
  const manifestBytes = measureManifest(writing.manifest);
  return writing.seal(compressedTar(writing, manifestBytes));
}

async function* compressedTar(
  writing: ArchiveWriting,
  manifestBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const totalBytes = contentBytes(writing.manifest.entries) + manifestBytes;
  const channel = new ByteChannel(WAITING_MOST_BYTES);
  const isForProgram = totalBytes >= PROGRAM_FROM_BYTES && hasZstdProgram();
  const compressor = isForProgram
    ? passOn(channel)
    : await createCompressor(totalBytes, (piece) => channel.put(piece));
  const tar = new TarWriter(async (bytes) => {
    await channel.room();
    await compressor.write(bytes);
  });
  const producing = produce(tar, writing, manifestBytes)
    .then(() => compressor.finish())
    .then(
      () => channel.end(),
      (error: unknown) => channel.fail(error),
    );
  try {
    if (isForProgram) yield* compressWithProgram(channel, LEVEL);
    else yield* channel;
  } finally {
    channel.cancel();
    // A thread that has ended wakes a producer that waits for it.
    await compressor.close();
    await producing;
  }
}

/** @throws whatever `read` throws; ChannelCancelled */
async function produce(
  tar: TarWriter,
  { manifest, read }: ArchiveWriting,
  manifestBytes: number,
): Promise<void> {
  await tar.begin(encodeTarHeader(manifestEntry(manifestBytes, manifest.snapshot.timeSeconds)));
  for (const chunk of encodeManifest(manifest)) await tar.write(chunk);
  await tar.fill(manifestBytes, 'the manifest');
  for (const entry of manifest.entries) {
    await tar.begin(encodeTarHeader(entry));
    if (entry.type !== 'file') continue;
    await read(entry, (bytes) => tar.write(bytes));
    await tar.fill(entry.sizeBytes, `'${showArchivePath(entry.path)}'`);
  }
  await tar.end();
}

class TarWriter {
  readonly #emit: (bytes: Uint8Array) => Promise<void>;
  #totalBytes = 0;
  /** Of the content of the entry. */
  #entryBytes = 0;

  constructor(emit: (bytes: Uint8Array) => Promise<void>) {
    this.#emit = emit;
  }

  /** Begins an entry. */
  async begin(header: Uint8Array): Promise<void> {
    await this.write(header);
    this.#entryBytes = 0;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#totalBytes += bytes.length;
    this.#entryBytes += bytes.length;
    await this.#emit(bytes);
  }

  /** Fills up the last block of a content, which must have the size that its header says. */
  async fill(sizeBytes: number, name: string): Promise<void> {
    if (this.#entryBytes !== sizeBytes) {
      throw new Error(`${name} has ${this.#entryBytes} bytes and not ${sizeBytes}`);
    }
    await this.write(tarPadding(sizeBytes));
  }

  async end(): Promise<void> {
    await this.write(tarEnd(this.#totalBytes));
  }
}

interface Compressor {
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** For a program behind the channel. The bytes are written over when the next ones come. */
function passOn(channel: ByteChannel): Compressor {
  return {
    write: async (bytes) => channel.put(new Uint8Array(bytes)),
    finish: async () => {},
    close: async () => {},
  };
}

async function createCompressor(
  sizeBytes: number,
  onPiece: (piece: Uint8Array) => void,
): Promise<Compressor> {
  if (isWorthThread(sizeBytes)) return new ZstdThread(LEVEL, onPiece);
  const writer = await createZstdWriter(LEVEL, (piece) => onPiece(new Uint8Array(piece)));
  return {
    write: (bytes) => writer.write(bytes),
    finish: () => writer.finish(),
    close: async () => {},
  };
}
