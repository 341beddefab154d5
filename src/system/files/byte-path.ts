// Paths as bytes. A Unix name may hold any bytes but NUL and '/'. A path is therefore a string with one
// character (U+0000 to U+00FF) for each byte. Such a string compares in byte order, works as a Map key, and
// becomes a Buffer for system calls and BLOBs without loss. It is never shown as it is: formatPath turns it
// into text, and parsePath reads that text.
import type { BytePath } from '../../errors.js';

/** Relative paths use '/' and have no '.' or '..'; '' is the root. */
export type { BytePath };

export const ROOT = '' as BytePath;

export function pathFromBytes(bytes: Uint8Array): BytePath {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'latin1',
  ) as BytePath;
}

export function pathToBytes(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1');
}

/** A path from ordinary text (a constant, an argument), encoded as UTF-8. Escapes are not read. */
export function pathFromText(text: string): BytePath {
  return Buffer.from(text, 'utf8').toString('latin1') as BytePath;
}

export function joinPath(parent: BytePath, name: BytePath | string): BytePath {
  if (parent === '') return name as BytePath;
  if (name === '') return parent;
  return (parent.endsWith('/') ? parent + name : `${parent}/${name}`) as BytePath;
}

/** The path without its last name; the root's parent is the root. */
export function parentPath(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/');
  return (slash < 0 ? '' : slash === 0 ? '/' : path.slice(0, slash)) as BytePath;
}

/** The last name of a path. */
export function baseName(path: BytePath): BytePath {
  return path.slice(path.lastIndexOf('/') + 1) as BytePath;
}

/** Whether `path` is `folder` itself or lies below it. Every relative path lies below the root ''. */
export function isWithin(path: BytePath, folder: BytePath): boolean {
  if (folder === '' || path === folder) return true;
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** What leads from `folder` to `path`, which lies within it; '' where they are the same. */
export function relativePath(path: BytePath, folder: BytePath): BytePath {
  if (path === folder) return ROOT;
  return path.slice(
    folder === '' || folder.endsWith('/') ? folder.length : folder.length + 1,
  ) as BytePath;
}

/** The byte order of two paths, for Array.sort. */
export function compareBytes(a: BytePath, b: BytePath): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// ignoreBOM keeps a U+FEFF, which the decoder would otherwise drop.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One character of a path. `text` is null for a single byte that is not UTF-8. */
export interface PathCharacter {
  readonly text: string | null;
  readonly bytes: Uint8Array;
}

/** The characters of a path read as UTF-8, in order. Together they hold every byte. */
export function* pathCharacters(path: BytePath): Generator<PathCharacter, void, undefined> {
  const bytes = pathToBytes(path);
  for (let index = 0; index < bytes.length;) {
    const first = bytes[index] as number;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const piece = bytes.subarray(index, index + length);
    const text = length === 1 ? String.fromCharCode(first) : decodeCharacter(piece);
    const character = text === null ? bytes.subarray(index, index + 1) : piece;
    yield { text, bytes: character };
    index += character.length;
  }
}

/**
 * A path as text for people and JSON. UTF-8 is shown as it is. Bytes that are not UTF-8, control
 * characters, and a backslash that would read as an escape are written `\xHH`. parsePath gives the same
 * bytes back.
 */
export function formatPath(path: BytePath): string {
  let shown = '';
  let isAfterBackslash = false;
  for (const { text, bytes } of pathCharacters(path)) {
    if (isAfterBackslash) shown += text === 'x' ? escapeByte(0x5c) : '\\';
    isAfterBackslash = text === '\\';
    if (isAfterBackslash) continue;
    if (text !== null && !isControl(text)) shown += text;
    else for (const byte of bytes) shown += escapeByte(byte);
  }
  return isAfterBackslash ? `${shown}\\` : shown;
}

/** The path that formatPath showed as `text`. `\xHH` is a byte; any other backslash is itself. */
export function parsePath(text: string): BytePath {
  let path = '';
  for (let index = 0; index < text.length;) {
    const escape = /^\\x([0-9a-fA-F]{2})/.exec(text.slice(index, index + 4));
    if (escape) {
      path += String.fromCharCode(Number.parseInt(escape[1] as string, 16));
      index += 4;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(index) as number);
    path += pathFromText(character);
    index += character.length;
  }
  return path as BytePath;
}

function decodeCharacter(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Whether a character is a control character, or reorders or hides text on a terminal. */
function isControl(text: string): boolean {
  return /[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text);
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
