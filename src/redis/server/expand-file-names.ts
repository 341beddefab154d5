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
  const expression = toExpression(pattern);
  return fileSystem
    .list(folder)
    .filter((name) => expression.test(name) && (!name.startsWith('.') || pattern.startsWith('.')))
    .map((name) => joinPath(folder, name));
}

function toExpression(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const close = character === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (close > 0) {
      const body = pattern.slice(at + 1, close).replaceAll('\\', '\\\\');
      source += `[${body.replace(/^[!^]/, '^')}]`;
      at = close;
    } else if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else {
      if (character === '\\') at += 1;
      source += pattern.charAt(at).replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
    }
  }
  return new RegExp(`^${source}$`, 's');
}
