// Reads the headers of a tar archive, within bounds: those that this program writes, and those of GNU tar and bsdtar, for an
// archive that was put together by hand. Only files, directories and symbolic links are accepted. What a header says of
// owners, modes and times is not read: the manifest has it.
import { CorruptError } from '../../errors.js';
import { type BytePath, ROOT, formatPath, pathFromBytes } from '../../system/files/byte-path.js';
import type { ByteSource } from '../../system/streams/byte-source.js';
import { BLOCK_BYTES, tarChecksum } from './encode-tar.js';
import { type PaxRecords, parsePax } from './parse-pax.js';
import type { ArchiveEntry } from './manifest.js';

export interface TarHeader {
  /** Without `./` at its beginning and a slash at its end; '' is the root. Not checked otherwise. */
  readonly path: BytePath;
  readonly type: ArchiveEntry['type'];
  readonly sizeBytes: number;
  readonly linkTarget: BytePath | null;
}

/** The extended headers of one entry: at most one for each of its long values, and one of pax. */
const MOST_EXTENSIONS = 4;
/** Of an extended header: two paths of PATH_MAX and some numbers. */
const MOST_EXTENSION_BYTES = 64 * 1024;
/** PATH_MAX, with what stands around a path. */
const MOST_PATH_BYTES = 4096 + 3;
/** Zeros after the end, as tar writes them to fill up a record. */
const MOST_END_BYTES = 1 << 20;

/**
 * The next header. Its content must have been taken from `source`, with what fills up the last block.
 * @returns null at the end of the archive, after which nothing but zeros may come
 * @throws CorruptError
 */
export async function readTarHeader(source: ByteSource): Promise<TarHeader | null> {
  let pax: PaxRecords = {};
  let longName: BytePath | null = null;
  let longLink: BytePath | null = null;
  for (let extensions = 0; extensions <= MOST_EXTENSIONS; extensions += 1) {
    const block = Buffer.from(await takeWhole(source, BLOCK_BYTES));
    if (isZero(block)) {
      if (extensions > 0) throw new CorruptError('the tar archive ends after an extended header');
      await requireEnd(source);
      return null;
    }
    requireChecksum(block);
    const flag = String.fromCharCode(block[156] as number);
    if (flag === 'x') pax = parsePax(await takeExtension(source, block));
    else if (flag === 'g') await takeExtension(source, block);
    else if (flag === 'L') longName = longValue(await takeExtension(source, block));
    else if (flag === 'K') longLink = longValue(await takeExtension(source, block));
    else
      return toHeader(block, { ...pax, ...withoutNull({ path: longName, linkTarget: longLink }) });
  }
  throw new CorruptError('an entry of the tar archive has too many extended headers');
}

/** Takes the zeros that fill up the last block of a content. @throws CorruptError */
export async function takePadding(source: ByteSource, sizeBytes: number): Promise<void> {
  const count = (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
  await takeWhole(source, count);
}

async function takeWhole(source: ByteSource, count: number): Promise<Uint8Array> {
  const bytes = await source.take(count);
  if (bytes.length < count) throw new CorruptError('the tar archive ends too early');
  return bytes;
}

async function takeExtension(source: ByteSource, block: Buffer): Promise<Buffer> {
  const sizeBytes = readNumber(block, 124, 12);
  if (sizeBytes > MOST_EXTENSION_BYTES) {
    throw new CorruptError(`an extended header of the tar archive has ${sizeBytes} bytes`);
  }
  const bytes = Buffer.from(await takeWhole(source, sizeBytes));
  await takePadding(source, sizeBytes);
  return bytes;
}

/** GNU tar ends a long value with a NUL. */
function longValue(bytes: Buffer): BytePath {
  const end = bytes.indexOf(0);
  return pathFromBytes(end < 0 ? bytes : bytes.subarray(0, end));
}

async function requireEnd(source: ByteSource): Promise<void> {
  let zeros = 0;
  for (;;) {
    const bytes = await source.takeSome(MOST_END_BYTES);
    if (bytes.length === 0) return;
    zeros += bytes.length;
    if (zeros > MOST_END_BYTES || !isZero(bytes)) {
      throw new CorruptError('there is data after the end of the tar archive');
    }
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function requireChecksum(block: Buffer): void {
  const isTar = block.toString('latin1', 257, 262) === 'ustar';
  if (!isTar || readNumber(block, 148, 8) !== tarChecksum(block)) {
    throw new CorruptError('a header of the tar archive is damaged');
  }
}

/** Octal digits, or a binary number as GNU tar writes large ones. */
function readNumber(block: Buffer, offset: number, length: number): number {
  const field = block.subarray(offset, offset + length);
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    if (Number.isSafeInteger(value)) return value;
  } else {
    const digits = /^ *([0-7]*)[\0 ]*$/.exec(field.toString('latin1'))?.[1];
    if (digits !== undefined) return digits === '' ? 0 : Number.parseInt(digits, 8);
  }
  throw new CorruptError('a number in a header of the tar archive makes no sense');
}

const TYPES: Readonly<Record<string, ArchiveEntry['type']>> = {
  '0': 'file',
  '\0': 'file',
  '5': 'directory',
  '2': 'symlink',
};

function toHeader(block: Buffer, extended: PaxRecords): TarHeader {
  const path = plainPath(extended.path ?? ustarPath(block));
  const flag = String.fromCharCode(block[156] as number);
  const type = TYPES[flag];
  if (type === undefined) {
    const shown = `'${formatPath(path)}'`;
    throw new CorruptError(`${shown} is no file, directory or symbolic link in the tar archive`);
  }
  const sizeBytes = extended.sizeBytes ?? readNumber(block, 124, 12);
  const isFile = type === 'file';
  if (!isFile && sizeBytes !== 0) {
    throw new CorruptError(`'${formatPath(path)}' has bytes in the tar archive, and is no file`);
  }
  const linkTarget = type === 'symlink' ? (extended.linkTarget ?? textAt(block, 157, 100)) : null;
  return { path, type, sizeBytes, linkTarget };
}

/** Long names may be split in two. GNU tar's own format has other values in the place of the first part. */
function ustarPath(block: Buffer): BytePath {
  const name = textAt(block, 0, 100);
  const prefix = block[262] === 0 ? textAt(block, 345, 155) : ROOT;
  return prefix === ROOT ? name : (`${prefix}/${name}` as BytePath);
}

function textAt(block: Buffer, offset: number, length: number): BytePath {
  return longValue(block.subarray(offset, offset + length));
}

function plainPath(path: BytePath): BytePath {
  if (path.length > MOST_PATH_BYTES)
    throw new CorruptError('a name in the tar archive is too long');
  const plain = path.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '');
  return (plain === '.' ? '' : plain) as BytePath;
}

function withoutNull(values: {
  readonly path: BytePath | null;
  readonly linkTarget: BytePath | null;
}): PaxRecords {
  const { path, linkTarget } = values;
  return { ...(path === null ? {} : { path }), ...(linkTarget === null ? {} : { linkTarget }) };
}
