// Names that match a pattern of glob(3), as `include` in the configuration of a server uses it: `*`, `?`
// and `[…]`. None of them matches a dot at the beginning of a name.
import { type BytePath, joinPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';

/** The paths in a folder that match, in byte order; none where the folder does not exist. */
export function expandFileNames(
  fileSystem: FileSystem,
  folder: BytePath,
  pattern: string,
): BytePath[] {
  if (fileSystem.realPath(folder) === null) return [];
  const parts = parsePattern(pattern);
  return fileSystem
    .list(folder)
    .filter((name) => isMatch(parts, name) && (!name.startsWith('.') || pattern.startsWith('.')))
    .map((name) => joinPath(folder, name));
}

/** Whether a character matches; `star` stands for any number of characters. */
type Part = 'star' | ((character: string) => boolean);

function parsePattern(pattern: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const close = character === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (close > 0) {
      parts.push(parseSet(pattern.slice(at + 1, close)));
      at = close;
    } else if (character === '*') parts.push('star');
    else if (character === '?') parts.push(() => true);
    else {
      if (character === '\\') at += 1;
      const wanted = pattern.charAt(at);
      parts.push((other) => other === wanted);
    }
  }
  return parts;
}

/** @param body what is between the brackets, such as `a-z_` or `!0-9` */
function parseSet(body: string): Part {
  const isNegated = /^[!^]/.test(body);
  const set = isNegated ? body.slice(1) : body;
  const ranges: [from: string, to: string][] = [];
  for (let at = 0; at < set.length; at += 1) {
    const isRange = set.charAt(at + 1) === '-' && at + 2 < set.length;
    ranges.push([set.charAt(at), set.charAt(isRange ? at + 2 : at)]);
    if (isRange) at += 2;
  }
  return (character) =>
    ranges.some(([from, to]) => from <= character && character <= to) !== isNegated;
}

/** Takes time in proportion to the two lengths multiplied, whatever the pattern: only the last star moves. */
function isMatch(parts: readonly Part[], name: string): boolean {
  let at = 0;
  let part = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    const wanted = parts[part];
    if (wanted === 'star') {
      star = part;
      starAt = at;
      part += 1;
    } else if (wanted?.(name.charAt(at)) === true) {
      at += 1;
      part += 1;
    } else if (star >= 0) {
      starAt += 1;
      at = starAt;
      part = star + 1;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === 'star');
}
