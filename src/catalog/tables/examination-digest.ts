// The SHA-256 that each row of `examination` carries, over the row and the key of its content
// (docs/format.md, "The digest of an examination"). A snapshot's digest cannot cover examinations: a
// content may be examined again long after the commit of the snapshots that have this content.
import { createHash } from 'node:crypto';
import { addFields } from './canonical-fields.js';
import type { ContentKey, ExaminationRecord } from '../records.js';

export function digestExamination(
  { sha256, sizeBytes }: ContentKey,
  { loads, problem, foundJson }: ExaminationRecord,
): Buffer {
  const hash = createHash('sha256');
  addFields(hash, [
    'redis-rewind examination 1',
    sizeBytes,
    sha256,
    loads === null ? null : Number(loads),
    problem,
    foundJson,
  ]);
  return hash.digest();
}
