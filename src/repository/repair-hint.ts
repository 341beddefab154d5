// What to do about a catalog that is damaged or gone, in the words of every command that meets one.
import { type BytePath, formatPath } from '../system/files/byte-path.js';

export function repairHint(repository: BytePath): string {
  return `'redis-rewind verify --repair ${formatPath(repository)}' rebuilds the catalog from its last copy`;
}
