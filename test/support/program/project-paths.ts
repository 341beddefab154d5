// Where the compiled tests find the rest of the project. Tests run from dist/test/**, so everything
// is found from this file's own place and never from the working directory.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the source tree: the folder of package.json. */
export const projectRoot = fileURLToPath(new URL('../../../../', import.meta.url));

/** The compiled entry point of the command line. */
export const mainScript = path.join(projectRoot, 'dist/src/main.js');

/** A path below fixtures/. */
export function fixturePath(...parts: readonly string[]): string {
  return path.join(projectRoot, 'fixtures', ...parts);
}
