// Writes the headers of a tar archive as POSIX.1-2001 has them (pax): a ustar header for each entry, and before it an extended
// one where a value does not fit. Owners are numbers alone, so that tar does not look for names. Names are written as their
// bytes, whatever they are: that is why this is no package, which would take them for text. Pure.
import { type BytePath, ROOT, pathToBytes } from '../../system/files/byte-path.js';
import { MANIFEST_PATH } from '../archive-name.js';
import type { ArchiveEntry } from './manifest.js';

export const BLOCK_BYTES = 512;
/** What GNU tar and its likes write at once. */
const RECORD_BYTES = 20 * BLOCK_BYTES;

export type TarEntry = Pick<
  ArchiveEntry,
  'path' | 'type' | 'mode' | 'uid' | 'gid' | 'mtimeNs' | 'sizeBytes' | 'linkTarget'
>;

/** The entry of the manifest itself, which is as old as the snapshot. */
export function manifestEntry(sizeBytes: number, timeSeconds: number): TarEntry {
  const mtimeNs = BigInt(timeSeconds) * 1_000_000_000n;
  const metadata = { mode: 0o600, uid: 0, gid: 0, mtimeNs, linkTarget: null };
  return { path: MANIFEST_PATH, type: 'file', sizeBytes, ...metadata };
}

/** All blocks that stand before the content of an entry. */
export function encodeTarHeader(entry: TarEntry): Buffer {
  const extended = paxRecords(entry);
  const header = ustarHeader({
    name: fitting(tarName(entry), NAME_BYTES),
    linkName: fitting(linkName(entry), NAME_BYTES),
    mode: entry.mode,
    uid: fittingNumber(entry.uid, ID_MOST),
    gid: fittingNumber(entry.gid, ID_MOST),
    sizeBytes: fittingNumber(entry.sizeBytes, SIZE_MOST),
    mtime: Math.min(Math.max(Number(floorSeconds(entry.mtimeNs)), 0), SIZE_MOST),
    typeFlag: TYPE_FLAGS[entry.type],
  });
  if (extended.length === 0) return header;
  const paxHeader = ustarHeader({
    name: Buffer.from('PaxHeaders/entry'),
    linkName: NOTHING,
    mode: 0o600,
    uid: 0,
    gid: 0,
    sizeBytes: extended.length,
    mtime: 0,
    typeFlag: 'x',
  });
  return Buffer.concat([paxHeader, extended, tarPadding(extended.length), header]);
}

/** The zeros that fill up the last block of a content. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** What ends an archive. @param sizeBytes of all before it */
export function tarEnd(sizeBytes: number): Buffer {
  const least = sizeBytes + 2 * BLOCK_BYTES;
  return Buffer.alloc(Math.ceil(least / RECORD_BYTES) * RECORD_BYTES - sizeBytes);
}

const NOTHING = Buffer.alloc(0);
const NAME_BYTES = 100;
/** Seven octal digits, and eleven. */
const ID_MOST = 0o7777777;
const SIZE_MOST = 0o77777777777;
const TYPE_FLAGS = { file: '0', directory: '5', symlink: '2' } as const;

/** As `tar -c` has it: directories end in a slash, and the root is `./`. */
function tarName({ path, type }: TarEntry): Buffer {
  if (path === ROOT) return Buffer.from('./');
  const name = pathToBytes(path);
  return type === 'directory' ? Buffer.concat([name, Buffer.from('/')]) : name;
}

function linkName({ linkTarget }: TarEntry): Buffer {
  return pathToBytes(linkTarget ?? ('' as BytePath));
}

/** What does not fit is in the extended header; a tar that does not read one gets the beginning. */
function fitting(bytes: Buffer, mostBytes: number): Buffer {
  return bytes.subarray(0, mostBytes);
}

function fittingNumber(value: number, most: number): number {
  return value <= most ? value : 0;
}

/** Rounded down, also before 1970. */
function floorSeconds(ns: bigint): bigint {
  const seconds = ns / 1_000_000_000n;
  return ns % 1_000_000_000n < 0n ? seconds - 1n : seconds;
}

function paxRecords(entry: TarEntry): Buffer {
  const { mtimeNs, sizeBytes, uid, gid } = entry;
  const name = tarName(entry);
  const link = linkName(entry);
  const isPlainTime =
    mtimeNs % 1_000_000_000n === 0n && mtimeNs >= 0n && floorSeconds(mtimeNs) <= BigInt(SIZE_MOST);
  return Buffer.concat([
    ...(isPlainTime ? [] : [paxRecord('mtime', Buffer.from(decimalSeconds(mtimeNs)))]),
    ...(name.length > NAME_BYTES ? [paxRecord('path', name)] : []),
    ...(link.length > NAME_BYTES ? [paxRecord('linkpath', link)] : []),
    ...(sizeBytes > SIZE_MOST ? [paxRecord('size', Buffer.from(String(sizeBytes)))] : []),
    ...(uid > ID_MOST ? [paxRecord('uid', Buffer.from(String(uid)))] : []),
    ...(gid > ID_MOST ? [paxRecord('gid', Buffer.from(String(gid)))] : []),
  ]);
}

function decimalSeconds(ns: bigint): string {
  const absolute = ns < 0n ? -ns : ns;
  const fraction = (absolute % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  const whole = `${ns < 0n ? '-' : ''}${absolute / 1_000_000_000n}`;
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** `LENGTH KEYWORD=VALUE\n`, where LENGTH counts all of it, its own digits too. */
function paxRecord(keyword: string, value: Buffer): Buffer {
  const rest = keyword.length + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length += 1;
  return Buffer.concat([Buffer.from(`${length} ${keyword}=`), value, Buffer.from('\n')]);
}

interface UstarFields {
  readonly name: Buffer;
  readonly linkName: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtime: number;
  readonly typeFlag: string;
}

/** The offsets of POSIX.1-2001, "ustar Interchange Format". */
function ustarHeader(fields: UstarFields): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, offset: number, digits: number): void => {
    block.write(value.toString(8).padStart(digits, '0'), offset, 'latin1');
  };
  fields.name.copy(block, 0);
  octal(fields.mode, 100, 7);
  octal(fields.uid, 108, 7);
  octal(fields.gid, 116, 7);
  octal(fields.sizeBytes, 124, 11);
  octal(fields.mtime, 136, 11);
  block.write(fields.typeFlag, 156, 'latin1');
  fields.linkName.copy(block, 157);
  block.write('ustar\x0000', 257, 'latin1');
  octal(0, 329, 7);
  octal(0, 337, 7);
  octal(tarChecksum(block), 148, 6);
  block.write('\0 ', 154, 'latin1');
  return block;
}

/** The sum of all bytes of a header, its own field taken for spaces. */
export function tarChecksum(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK_BYTES; index += 1) {
    if (index < 148 || index >= 156) sum += block[index] as number;
  }
  return sum;
}
