// The SHA-256 that a row of `examination` carries, over the row and its content
// (docs/format.md, "The digest of an examination"). No snapshot's digest can cover it: a content may be
// examined again long after the snapshots that have it.
import { createHash } from 'node:crypto';
import { addFields } from './canonical-fields.js';
import type { ContentKey, ExaminationRecord } from './records.js';

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
