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
import { quoteWord, splitWords, untilNul } from '../sds-words.js';

export type AofFileKind = 'base' | 'incr' | 'history';

export interface AofFile {
  /** A name without a folder. */
  readonly name: BytePath;
  /** Never 0. A server takes a negative one for a base. */
  readonly sequence: bigint;
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

/** redis aof.c, MANIFEST_MAX_LINE, with the line feed. */
const LINE_MOST_BYTES = 1024;

/** A larger file is not read. A server has two lines for each rewrite at most, of about 50 bytes. */
export const MANIFEST_MOST_BYTES = 1 << 20;

const KINDS: ReadonlyMap<string, AofFileKind> = new Map([
  ['b', 'base'],
  ['i', 'incr'],
  ['h', 'history'],
]);
const LETTERS: Readonly<Record<AofFileKind, string>> = { base: 'b', incr: 'i', history: 'h' };

/**
 * Reads a manifest like a server.
 * @throws CorruptError when a server would not load the manifest; the message names the line
 */
export function parseAofManifest(bytes: Uint8Array): AofManifest {
  if (bytes.length === 0) throw new CorruptError('the AOF manifest is empty');
  const files: AofFile[] = [];
  const before: FilesBefore = { hasBase: false, lastSequence: 0n };
  let number = 0;
  for (const line of linesOf(Buffer.from(bytes).toString('latin1'))) {
    number += 1;
    if (line.startsWith('#')) continue;
    requireWhole(line, number);
    const file = parseLine(line, number);
    requireInOrder(file, number, before);
    files.push(file);
  }
  return {
    base: files.find(({ kind }) => kind === 'base') ?? null,
    incrs: files.filter(({ kind }) => kind === 'incr'),
    histories: files.filter(({ kind }) => kind === 'history'),
  };
}

/** The lines with their line feeds. What is longer than the server's buffer goes on as a line of its own. */
function* linesOf(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length;) {
    const feed = text.indexOf('\n', at);
    const end = Math.min(feed === -1 ? text.length : feed + 1, at + LINE_MOST_BYTES);
    yield text.slice(at, end);
    at = end;
  }
}

function requireWhole(line: string, number: number): void {
  if (untilNul(line).endsWith('\n')) return;
  if (line.includes('\0')) throw broken(number, 'it has a NUL byte');
  const isLong = line.length === LINE_MOST_BYTES;
  throw broken(number, isLong ? 'it is too long' : 'it does not end in a line feed');
}

/** What the lines before have named. */
interface FilesBefore {
  hasBase: boolean;
  /** Of the last incr; 0 where there is none. */
  lastSequence: bigint;
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
  const words = splitWords(line)?.map(untilNul);
  if (words === undefined || words.length < 6 || words.length % 2 !== 0) {
    throw broken(number, 'its words do not form pairs');
  }
  let name: string | undefined;
  let sequence = 0n;
  let kind: AofFileKind | undefined;
  const others: [string, string][] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [key, value] = words.slice(at, at + 2) as [string, string];
    const known = key.toLowerCase();
    if (known === 'file') name = requirePlainName(value, number);
    else if (known === 'seq') sequence = parseSequence(value);
    else if (known === 'type') kind = KINDS.get(value.charAt(0));
    else others.push([key, value]);
  }
  if (name === undefined || sequence === 0n || kind === undefined) {
    throw broken(number, 'it has no file, sequence number or type');
  }
  // A server never opens a history file: it only tries to delete it.
  if (kind !== 'history' && ['', '.', '..'].includes(name)) {
    throw broken(number, 'its file is a folder');
  }
  return { name: pathFromBytes(Buffer.from(name, 'latin1')), sequence, kind, others };
}

/** As pathIsBaseName of redis util.c. */
function requirePlainName(name: string, number: number): string {
  if (/[/\\]/.test(name)) throw broken(number, 'its file is not a plain name');
  return name;
}

const INT64_MOST = (1n << 63n) - 1n;

/** As atoll: what follows the digits is ignored, and 0 stands for everything that is no number. */
function parseSequence(text: string): bigint {
  const [, sign = '', digits = '0'] = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)/.exec(text) ?? [];
  const value = digits.length > 1000 ? INT64_MOST + 1n : BigInt(digits);
  if (sign === '-') return value > INT64_MOST ? -INT64_MOST - 1n : -value;
  return value > INT64_MOST ? INT64_MOST : value;
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
