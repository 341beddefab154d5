// The names that Redis gives to its dumps and to the files of its AOFs.
import { type BytePath, baseName } from '../../system/files/byte-path.js';

/** Files that Redis has not finished. It never loads them. */
export function isUnfinishedName(name: BytePath): boolean {
  return name.startsWith('temp-');
}

export function isDumpName(name: BytePath): boolean {
  return name.endsWith('.rdb') && !isUnfinishedName(name);
}

export function isLogName(name: BytePath): boolean {
  return name.endsWith('.aof') && !isUnfinishedName(name);
}

/** A file of a multi-part AOF: `<appendfilename>.<N>.base.<format>` or `<appendfilename>.<N>.incr.aof` (redis aof.c). */
export interface AofPart {
  readonly appendFileName: string;
  readonly sequence: number;
  readonly kind: 'base' | 'incr';
  readonly format: string;
}

const PART = /^(.+)\.(\d+)\.(?:(base)\.(rdb|aof)|(incr)\.(aof))$/s;

/** Null where the file has no such name. */
export function parseAofPart(path: BytePath): AofPart | null {
  const match = PART.exec(baseName(path));
  if (match === null) return null;
  const [, appendFileName = '', sequence, base, baseFormat, , incrFormat] = match;
  return {
    appendFileName,
    sequence: Number(sequence),
    kind: base === undefined ? 'incr' : 'base',
    format: baseFormat ?? incrFormat ?? '',
  };
}
