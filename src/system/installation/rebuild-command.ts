// The command that rebuilds a compiled package where it is installed: beside this program, or in a folder
// above it.
import { createRequire } from 'node:module';
import { shellWord } from '../text/shell-word.js';

/**
 * A shell command that builds an installed package for the Node.js that runs npm.
 * @throws the error of require.resolve where the package is not installed
 */
export function rebuildCommand(packageName: string): string {
  const entry = createRequire(import.meta.url).resolve(packageName);
  const end = entry.lastIndexOf(`/node_modules/${packageName}/`);
  return `npm rebuild --prefix ${shellWord(entry.slice(0, end))} ${packageName}`;
}
