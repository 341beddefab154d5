// Splits a line into words and quotes words, as Redis does in AOF manifests and configuration files (redis
// sds.c, sdssplitargs and sdscatrepr). Each character of a string here is one byte.

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

const QUOTED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

/** Comes before words, and after a quote. Within quotes it is a character like any other. */
const SPACE = /[ \t\n\v\f\r]/;
const SPACES = /[ \t\n\v\f\r]*/y;
/** What has no quotes. A server takes only four of the spaces for the end of such a word. */
const PLAIN = /[^ \t\n\r"']*/y;

/**
 * The words of a line, which ends at its first NUL. Null if a quote is not closed, or is followed by
 * anything but a space.
 */
export function splitWords(bytes: string): string[] | null {
  const line = untilNul(bytes);
  const words: string[] = [];
  for (let at = 0; ;) {
    at += matchAt(SPACES, line, at).length;
    if (at === line.length) return words;
    const word = readWord(line, at);
    if (word === null) return null;
    words.push(word.text);
    at = word.end;
  }
}

/** The part of a text that a program in C sees. */
export function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

interface Word {
  readonly text: string;
  readonly end: number;
}

function readWord(line: string, start: number): Word | null {
  const text = matchAt(PLAIN, line, start);
  const end = start + text.length;
  const quote = line.charAt(end);
  if (quote !== '"' && quote !== "'") return { text, end };
  const quoted = quote === '"' ? readDouble(line, end + 1) : readSingle(line, end + 1);
  const after = quoted === null ? '' : line.charAt(quoted.end);
  if (quoted === null || (after !== '' && !SPACE.test(after))) return null;
  return { text: text + quoted.text, end: quoted.end };
}

/** @param pattern a sticky one, which also matches nothing */
function matchAt(pattern: RegExp, line: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0] ?? '';
}

/** Reads what is between double quotes, from after the first quote to after the last. */
function readDouble(line: string, start: number): Word | null {
  let text = '';
  for (let at = start; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === '"') return { text, end: at + 1 };
    if (character !== '\\' || at + 1 === line.length) {
      text += character;
      continue;
    }
    const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(at + 1, at + 4));
    const escaped = line.charAt(at + 1);
    text += hex === null ? (ESCAPES[escaped] ?? escaped) : fromHex(hex[1] ?? '');
    at += hex === null ? 1 : 3;
  }
  return null;
}

/** Reads what is between single quotes, where only a quote itself can be escaped. */
function readSingle(line: string, start: number): Word | null {
  let text = '';
  for (let at = start; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === "'") return { text, end: at + 1 };
    const isEscaped = character === '\\' && line.charAt(at + 1) === "'";
    text += isEscaped ? "'" : character;
    if (isEscaped) at += 1;
  }
  return null;
}

function fromHex(digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 16));
}

/** A word as it is written on a line: in double quotes if it could not be read back otherwise. */
export function quoteWord(word: string): string {
  if (/^[!#-&(-[\]-~]+$/.test(word)) return word;
  let quoted = '';
  for (const character of word) {
    const code = character.charCodeAt(0);
    const isPrintable = code >= 0x20 && code < 0x7f;
    quoted += QUOTED[character] ?? (isPrintable ? character : `\\x${toHex(code)}`);
  }
  return `"${quoted}"`;
}

function toHex(code: number): string {
  return code.toString(16).padStart(2, '0');
}
