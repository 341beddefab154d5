// The command that builds a compiled package again where it is installed: beside this program, or in
// a folder above it.
import { createRequire } from 'node:module';

/**
 * A line for the shell that builds `packageName`, which is installed, for the Node.js that runs npm.
 * @throws what require.resolve throws when the package is not installed
 */
export function rebuildCommand(packageName: string): string {
  const entry = createRequire(import.meta.url).resolve(packageName);
  const end = entry.lastIndexOf(`/node_modules/${packageName}/`);
  return `npm rebuild --prefix ${shellWord(entry.slice(0, end))} ${packageName}`;
}

/** A path as the shell reads it back. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `"${path.replaceAll(/["$`\\]/g, '\\$&')}"`;
}
