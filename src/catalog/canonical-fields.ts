// The canonical form of rows that a digest covers (docs/format.md, "Digests"): netstrings,
// `<length>:<bytes>,`, with `-,` for null and integers in decimal.
import type { Hash } from 'node:crypto';

export type Field = string | number | bigint | Uint8Array | null;

export function addFields(hash: Hash, fields: readonly Field[]): void {
  for (const field of fields) {
    if (field === null) {
      hash.update('-,');
      continue;
    }
    const bytes = field instanceof Uint8Array ? field : Buffer.from(String(field), 'utf8');
    hash.update(`${bytes.length}:`).update(bytes).update(',');
  }
}
