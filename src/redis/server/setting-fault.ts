// What is wrong with a name or a path that a server, or its configuration file, gives. Files are opened,
// awaited and deleted under these names, so a name must not lead anywhere. A server itself accepts nothing
// else (redis config.c, isValidDBfilename and the checks beside it). Pure.
import type { BytePath } from '../../system/files/byte-path.js';

/** The settings that are names of one file or folder in the server's directory. */
const NAMES: readonly string[] = ['dbfilename', 'appendfilename', 'appenddirname'];

/** NAME_MAX and PATH_MAX of Linux, the latter without the NUL at its end. */
const NAME_MOST_BYTES = 255;
const PATH_MOST_BYTES = 4095;

/**
 * The fault of a value, as it follows the value in a message; null where it is fine, and for a setting that
 * is neither a name nor a path.
 * @param setting in lower case
 */
export function settingFault(setting: string, value: BytePath): string | null {
  const isName = NAMES.includes(setting);
  if (!isName && setting !== 'dir') return null;
  if (value === '') return 'is empty';
  if (value.includes('\0')) return 'has a NUL byte in it';
  const mostBytes = isName ? NAME_MOST_BYTES : PATH_MOST_BYTES;
  if (value.length > mostBytes) return `is longer than ${mostBytes} bytes`;
  const leadsAway = value.includes('/') || value === '.' || value === '..';
  return isName && leadsAway ? 'is not a single name' : null;
}
