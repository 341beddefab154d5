// The hint of every command that finds the catalog damaged or gone.
import { type BytePath, formatPath } from '../system/files/byte-path.js';

export function repairHint(repository: BytePath): string {
  return `'redis-rewind verify --repair ${formatPath(repository)}' rebuilds the catalog from its last copy`;
}
