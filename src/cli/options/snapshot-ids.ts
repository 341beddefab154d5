// The numbers of snapshots, as `list` prints them and people type them: `12`, `#12`, or a range `3-9`.
import type { IdRange } from '../../engine/retention/removal-request.js';
import { UsageError } from '../../errors.js';

const NUMBERS = "'redis-rewind list REPO' shows the numbers";

/** @throws UsageError */
export function parseSnapshotId(text: string): number {
  const id = /^#?([0-9]{1,15})$/.exec(text)?.[1];
  if (id !== undefined && Number(id) > 0) return Number(id);
  throw notAnId(text, NUMBERS);
}

/** @throws UsageError */
export function parseSnapshotRange(text: string): IdRange {
  const range = /^#?([0-9]{1,15})(?:-#?([0-9]{1,15}))?$/.exec(text);
  const first = Number(range?.[1] ?? 0);
  const last = Number(range?.[2] ?? first);
  if (first >= 1 && last >= first) return { first, last };
  throw notAnId(text, `${NUMBERS}; a range is written as 3-9, and --snapshot may be given again`);
}

function notAnId(text: string, hint: string): UsageError {
  return new UsageError(`'${text}' is not the number of a snapshot`, { typed: text, hint });
}
