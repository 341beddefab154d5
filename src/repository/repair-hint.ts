// The hint for a catalog that is damaged or gone. All commands give the same one.
import { type BytePath, formatPath } from '../system/files/byte-path.js';

export function repairHint(repository: BytePath): string {
  return `'redis-rewind verify --repair ${formatPath(repository)}' rebuilds the catalog from its last copy`;
}
