// A verification as reports show it. Pure.
import type { VerificationRecord } from '../../catalog/records.js';
import { formatTimeOrNull } from '../snapshot/time-spec.js';
import type { VerificationSummary } from './info-report.js';

/** Null where none was noted, or its row has times that no verification has noted: no digest covers them. */
export function summarizeVerification(
  record: VerificationRecord | null,
): VerificationSummary | null {
  const startedAt = formatTimeOrNull(record?.startedAtSeconds);
  const finishedAt = formatTimeOrNull(record?.finishedAtSeconds);
  if (record === null || startedAt === null || finishedAt === null) return null;
  const { mode, snapshot, problems, leftContents, leftBytes } = record;
  return {
    mode,
    snapshot,
    startedAt,
    finishedAt,
    problems,
    contentsChecked: record.checkedContents,
    bytesChecked: record.checkedBytes,
    contentsLeft: leftContents,
    bytesLeft: leftBytes,
  };
}
