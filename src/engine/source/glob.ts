// Globs on paths, in rdiff-backup's grammar. A dot is a character like any other, and case matters:
//   ?  one character, never '/'       *   any number of such       **  any number, '/' among them
//   **/  any number of folders        [abc] [a-z]  one of these    [!abc] [^abc]  one of the others
//   \*  the character itself          \xHH  a byte
// A character is a character of UTF-8, or a byte that is not part of one. The pattern runs as a set of states,
// so that for any pattern the time grows with the product of the two lengths.
import {
  type BytePath,
  parsePath,
  pathCharacters,
  pathFromText,
} from '../../system/files/byte-path.js';
import { append } from '../../system/lists/lists.js';

/** A code point of Unicode; beyond U+10FFFF a byte that is not UTF-8. */
type Character = number;

/** One state: what leads from it to the next. */
type Step =
  | { readonly kind: 'one'; readonly accepts: (character: Character) => boolean }
  /** Any number of characters but '/'. */
  | { readonly kind: 'run' }
  /** Any number of characters. */
  | { readonly kind: 'deepRun' }
  /** Any number of folders: this at the beginning of a name, the next state within one. */
  | { readonly kind: 'folders' }
  | { readonly kind: 'withinFolder' };

export type Glob = readonly Step[];

/** How a path relates to what a glob matches. */
export type GlobReach =
  /** It matches. */
  | 'match'
  /** A folder that it lies in matches. */
  | 'below'
  /** Neither, but something that lies in it may match. */
  | 'above'
  | 'none';

const SLASH: Character = 0x2f;
const HYPHEN: Character = 0x2d;
const NOT_UTF8: Character = 0x110000;

/** Parses a glob that is matched against whole paths. @throws RangeError for a range as `[z-a]` */
export function parseGlob(pattern: string): Glob {
  const steps: Step[] = [];
  let index = 0;
  while (index < pattern.length) {
    const stars = /^\*+/.exec(pattern.slice(index))?.[0].length ?? 0;
    if (stars > 0) {
      index += stars;
      const isWholeName = steps.length === 0 || pattern[index - stars - 1] === '/';
      if (stars === 1) steps.push({ kind: 'run' });
      else if (isWholeName && pattern[index] === '/') {
        steps.push({ kind: 'folders' }, { kind: 'withinFolder' });
        index += 1;
      } else steps.push({ kind: 'deepRun' });
      continue;
    }
    const choice = pattern[index] === '[' ? parseClass(pattern, index) : null;
    if (choice !== null) {
      steps.push({ kind: 'one', accepts: choice.accepts });
      index = choice.end;
    } else if (pattern[index] === '?') {
      steps.push({ kind: 'one', accepts: (character) => character !== SLASH });
      index += 1;
    } else {
      const literal = readLiterals(pattern, index);
      for (const expected of characters(literal.bytes)) {
        steps.push({ kind: 'one', accepts: (character) => character === expected });
      }
      index = literal.end;
    }
  }
  return steps;
}

/** How a path relates to what the glob matches. @param path without a '/' at either end */
export function reachOf(glob: Glob, path: BytePath): GlobReach {
  let states = new Set<number>();
  enter(glob, 0, states);
  for (const character of characters(path)) {
    if (character === SLASH && states.has(glob.length)) return 'below';
    states = advance(glob, states, character);
    if (states.size === 0) return 'none';
  }
  if (states.has(glob.length)) return 'match';
  return advance(glob, states, SLASH).size > 0 ? 'above' : 'none';
}

/** Adds a state and those that follow it without a character. */
function enter(glob: Glob, state: number, states: Set<number>): void {
  if (states.has(state)) return;
  states.add(state);
  const kind = glob[state]?.kind;
  if (kind === 'run' || kind === 'deepRun') enter(glob, state + 1, states);
  else if (kind === 'folders') enter(glob, state + 2, states);
}

function advance(glob: Glob, states: ReadonlySet<number>, character: Character): Set<number> {
  const next = new Set<number>();
  const isSlash = character === SLASH;
  for (const state of states) {
    const step = glob[state];
    if (step === undefined) continue;
    if (step.kind === 'one') {
      if (step.accepts(character)) enter(glob, state + 1, next);
    } else if (step.kind === 'deepRun') enter(glob, state, next);
    else if (step.kind === 'withinFolder') enter(glob, isSlash ? state - 1 : state, next);
    else if (!isSlash) enter(glob, step.kind === 'run' ? state : state + 1, next);
  }
  return next;
}

function characters(path: BytePath): Character[] {
  return Array.from(pathCharacters(path), ({ text, bytes }) =>
    text === null ? NOT_UTF8 + (bytes[0] as number) : (text.codePointAt(0) as number),
  );
}

const ESCAPE = /^\\(?:x[0-9a-fA-F]{2}|[*?[\]\\!^-])/;

/** The bytes of one literal character at `index`, or of an escape. */
function readLiteral(pattern: string, index: number): { bytes: BytePath; end: number } {
  const escape = ESCAPE.exec(pattern.slice(index, index + 4))?.[0];
  if (escape !== undefined) {
    const bytes = escape[1] === 'x' ? parsePath(escape) : (escape.slice(1) as BytePath);
    return { bytes, end: index + escape.length };
  }
  const character = String.fromCodePoint(pattern.codePointAt(index) as number);
  return { bytes: pathFromText(character), end: index + character.length };
}

/** The bytes up to the next wildcard, together, since several escapes may make one character. */
function readLiterals(pattern: string, start: number): { bytes: BytePath; end: number } {
  let { bytes, end } = readLiteral(pattern, start);
  while (end < pattern.length && !/[*?[]/.test(pattern[end] as string)) {
    const literal = readLiteral(pattern, end);
    bytes = (bytes + literal.bytes) as BytePath;
    end = literal.end;
  }
  return { bytes, end };
}

interface CharacterClass {
  readonly accepts: (character: Character) => boolean;
  readonly end: number;
}

/** The class that begins at `start`; null where it is not closed within the name, which makes `[` literal. */
function parseClass(pattern: string, start: number): CharacterClass | null {
  const isNegated = /[!^]/.test(pattern[start + 1] ?? '');
  const first = start + (isNegated ? 2 : 1);
  // What is listed, with null for a '-' that is not escaped.
  const listed: (Character | null)[] = [];
  let bytes = '';
  let end = first;
  for (; pattern[end] !== ']' || end === first;) {
    if (end >= pattern.length || pattern[end] === '/') return null;
    if (pattern[end] === '-') {
      append(listed, characters(bytes as BytePath));
      listed.push(null);
      bytes = '';
      end += 1;
    } else {
      const literal = readLiteral(pattern, end);
      bytes += literal.bytes;
      end = literal.end;
    }
  }
  append(listed, characters(bytes as BytePath));
  const ranges = toRanges(listed, pattern.slice(start, end + 1));
  const isListed = (character: Character): boolean =>
    ranges.some(([low, high]) => low <= character && character <= high);
  return {
    accepts: (character) => character !== SLASH && isListed(character) !== isNegated,
    end: end + 1,
  };
}

/** `a-c` as a range from a to c, everything else as one of its own; a '-' at an edge is itself. */
function toRanges(listed: readonly (Character | null)[], shown: string): [Character, Character][] {
  const ranges: [Character, Character][] = [];
  for (let index = 0; index < listed.length; index += 1) {
    const low = listed[index] ?? HYPHEN;
    const isRange = listed[index + 1] === null && index + 2 < listed.length;
    const high = isRange ? (listed[index + 2] ?? HYPHEN) : low;
    if (high < low) throw new RangeError(`'${shown}' has a range that ends before it begins`);
    ranges.push([low, high]);
    if (isRange) index += 2;
  }
  return ranges;
}
