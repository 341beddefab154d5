// How this program is started again, from anywhere: the absolute paths of Node.js and of the program.
import { fileURLToPath } from 'node:url';

/** Two words of a command line. Both are real paths, so that a link that is changed later does no harm. */
export function programWords(): readonly [string, string] {
  return [process.execPath, fileURLToPath(new URL('../../main.js', import.meta.url))];
}
