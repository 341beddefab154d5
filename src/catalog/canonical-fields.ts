// The canonical form of the rows that a digest covers (docs/format.md, "Digests"). Each field is a
// netstring, `<length>:<bytes>,`. Null is `-,`, and integers are written in decimal.
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
