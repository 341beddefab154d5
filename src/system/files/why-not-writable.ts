// Why this user may not write somewhere, for libraries that do not say so themselves.
import * as fs from 'node:fs';
import { errnoOf } from '../errno/errno-of.js';
import { type BytePath, pathToBytes } from './byte-path.js';

/**
 * The errno with which a write to a file, or in a folder, would be refused now: EACCES, EROFS, EPERM, or ENOENT where
 * nothing is there. Null where it would not be.
 */
export function whyNotWritable(path: BytePath): string | null {
  try {
    fs.accessSync(pathToBytes(path), fs.constants.R_OK | fs.constants.W_OK);
    return null;
  } catch (error) {
    return errnoOf(error);
  }
}
