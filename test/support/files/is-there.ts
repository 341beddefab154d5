// Whether anything exists at a path, even a link that leads nowhere.
import { lstatSync } from 'node:fs';

export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
