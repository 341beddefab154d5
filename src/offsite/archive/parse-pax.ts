// The records of an extended header of pax: `LENGTH KEYWORD=VALUE\n`, one after the other. Pure.
import { CorruptError } from '../../errors.js';
import { type BytePath, pathFromBytes } from '../../system/files/byte-path.js';

/** Those that matter here. A keyword that comes again counts. */
export interface PaxRecords {
  readonly path?: BytePath;
  readonly linkTarget?: BytePath;
  readonly sizeBytes?: number;
}

/** @throws CorruptError */
export function parsePax(bytes: Buffer): PaxRecords {
  let records: PaxRecords = {};
  for (let start = 0; start < bytes.length;) {
    const space = bytes.indexOf(0x20, start);
    const length = parseCount(bytes.subarray(start, space));
    const end = start + length;
    const equals = bytes.indexOf(0x3d, space);
    const isWhole =
      space > start &&
      equals > space &&
      equals < end &&
      end <= bytes.length &&
      bytes[end - 1] === 0x0a;
    if (!isWhole) throw new CorruptError('an extended header of the tar archive is damaged');
    const keyword = bytes.toString('latin1', space + 1, equals);
    records = { ...records, ...readRecord(keyword, bytes.subarray(equals + 1, end - 1)) };
    start = end;
  }
  return records;
}

function readRecord(keyword: string, value: Buffer): PaxRecords {
  if (keyword === 'path') return { path: readPath(value) };
  if (keyword === 'linkpath') return { linkTarget: readPath(value) };
  if (keyword === 'size') return { sizeBytes: parseCount(value) };
  // Sparse files have another content than their bytes in the archive.
  if (keyword.startsWith('GNU.sparse.')) {
    throw new CorruptError('the tar archive has a sparse file', {
      hint: 'make it without --sparse',
    });
  }
  return {};
}

function readPath(value: Buffer): BytePath {
  if (!value.includes(0)) return pathFromBytes(value);
  throw new CorruptError('a name in the tar archive has a NUL');
}

function parseCount(digits: Buffer): number {
  const count = /^\d{1,16}$/.test(digits.toString('latin1'))
    ? Number(digits.toString('latin1'))
    : NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new CorruptError('a number in an extended header of the tar archive makes no sense');
}
