// The canonical form of the rows that a digest covers (docs/format.md, "Digests"). Each field is a
// netstring, `<length>:<bytes>,`. Null is `-,`, and integers are written in decimal.
import type { Hash } from 'node:crypto';

export type Field = string | number | bigint | Uint8Array | null;

export function addFields(hash: Hash, fields: readonly Field[]): void {
  // A call of `update` costs more than the few bytes of a field, so texts are joined.
  let text = '';
  for (const field of fields) {
    if (field === null) {
      text += '-,';
    } else if (field instanceof Uint8Array) {
      hash.update(`${text}${field.length}:`).update(field);
      text = ',';
    } else {
      const value = String(field);
      text += `${Buffer.byteLength(value)}:${value},`;
    }
  }
  hash.update(text);
}
