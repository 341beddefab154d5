// Parses and formats the manifest of a multi-part AOF (Redis 7 and later; redis aof.c,
// aofLoadManifestFromFile): which files make up the log, and in which order. Each file has one line,
// `file NAME seq N type b|i|h`. Words are quoted as sds strings if they need it. Unknown pairs of words
// are kept, since later versions may add some.
import { CorruptError } from '../../errors.js';
import {
  type BytePath,
  baseName,
  pathFromBytes,
  pathToBytes,
} from '../../system/files/byte-path.js';
import { quoteWord, splitWords } from '../sds-words.js';

export type AofFileKind = 'base' | 'incr' | 'history';

export interface AofFile {
  /** A name without a folder. */
  readonly name: BytePath;
  readonly sequence: number;
  readonly kind: AofFileKind;
  /** The other words with their values, in the order of the line. */
  readonly others: readonly (readonly [string, string])[];
}

export interface AofManifest {
  readonly base: AofFile | null;
  /** By ascending sequence. */
  readonly incrs: readonly AofFile[];
  /** A rewrite has replaced these files, and the server will delete them. */
  readonly histories: readonly AofFile[];
}

/** Whether a file has the name of a manifest, finished or not. */
export function hasManifestName(path: BytePath): boolean {
  return baseName(path).endsWith('.manifest');
}

/** redis aof.c, MANIFEST_MAX_LINE. */
const LINE_MOST_BYTES = 1024;

const KINDS: Readonly<Record<string, AofFileKind>> = { b: 'base', i: 'incr', h: 'history' };
const LETTERS: Readonly<Record<AofFileKind, string>> = { base: 'b', incr: 'i', history: 'h' };

/**
 * Reads a manifest like a server.
 * @throws CorruptError when a server would not load the manifest; the message names the line
 */
export function parseAofManifest(bytes: Uint8Array): AofManifest {
  const text = Buffer.from(bytes).toString('latin1');
  const lines = text.split('\n');
  if (lines.pop() !== '') throw broken(lines.length + 1, 'it does not end in a line feed');
  const files: AofFile[] = [];
  const before: FilesBefore = { hasBase: false, lastSequence: 0 };
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    if (line.length >= LINE_MOST_BYTES) throw broken(number, 'it is too long');
    if (line.startsWith('#')) continue;
    const file = parseLine(line, number);
    requireInOrder(file, number, before);
    files.push(file);
  }
  if (lines.length === 0) throw new CorruptError('the AOF manifest is empty');
  return {
    base: files.find(({ kind }) => kind === 'base') ?? null,
    incrs: files.filter(({ kind }) => kind === 'incr'),
    histories: files.filter(({ kind }) => kind === 'history'),
  };
}

/** What the lines before have named. */
interface FilesBefore {
  hasBase: boolean;
  /** Of the last incr; 0 where there is none. */
  lastSequence: number;
}

/** @throws CorruptError for a second base, and for an incr that does not follow the one before */
function requireInOrder({ kind, sequence }: AofFile, number: number, before: FilesBefore): void {
  if (kind === 'base' && before.hasBase) throw broken(number, 'it names a second base');
  if (kind === 'base') before.hasBase = true;
  if (kind !== 'incr') return;
  if (before.lastSequence >= sequence) {
    throw broken(number, 'its sequence number is not greater than the one before');
  }
  before.lastSequence = sequence;
}

function parseLine(line: string, number: number): AofFile {
  const words = splitWords(line);
  if (words === null || words.length < 6 || words.length % 2 !== 0) {
    throw broken(number, 'its words do not form pairs');
  }
  let name: string | undefined;
  let sequence: number | undefined;
  let kind: AofFileKind | undefined;
  const others: [string, string][] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [key, value] = words.slice(at, at + 2) as [string, string];
    const known = key.toLowerCase();
    if (known === 'file') name = value;
    else if (known === 'seq') sequence = /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined;
    else if (known === 'type') kind = KINDS[value.charAt(0)];
    else others.push([key, value]);
  }
  if (!name || !sequence || !kind) throw broken(number, 'it has no file, sequence number or type');
  if (/[/\0]/.test(name) || name === '.' || name === '..') {
    throw broken(number, 'its file is not a plain name');
  }
  return { name: pathFromBytes(Buffer.from(name, 'latin1')), sequence, kind, others };
}

function broken(line: number, why: string): CorruptError {
  return new CorruptError(`line ${line} of the AOF manifest cannot be used: ${why}`);
}

/** A manifest of the base and the incrs, as a server writes it. A copy needs no histories. */
export function formatAofManifest({ base, incrs }: AofManifest): Buffer {
  const files = base === null ? incrs : [base, ...incrs];
  return Buffer.from(files.map(formatLine).join(''), 'latin1');
}

function formatLine({ name, sequence, kind, others }: AofFile): string {
  const pairs = [
    ['file', pathToBytes(name).toString('latin1')],
    ['seq', String(sequence)],
    ['type', LETTERS[kind]],
    ...others,
  ];
  return `${pairs.map(([key = '', value = '']) => `${key} ${quoteWord(value)}`).join(' ')}\n`;
}
