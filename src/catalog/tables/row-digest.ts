// The SHA-256 that each row of `mark`, `tag` and `alarm` carries (docs/format.md, "The digest of a mark"). No snapshot's digest
// covers these rows: a person may change them long after the commit.
import { createHash } from 'node:crypto';
import { type Field, addFields } from './canonical-fields.js';

/** @param values of the row without its digest, in the order of the columns */
export function digestRow(table: 'mark' | 'tag' | 'alarm', values: readonly Field[]): Buffer {
  const hash = createHash('sha256');
  addFields(hash, [`redis-rewind ${table} 1`, ...values]);
  return hash.digest();
}
