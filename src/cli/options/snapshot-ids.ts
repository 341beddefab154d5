// The numbers of snapshots, as `list` prints them and people type them: `12`, `#12`, or a range `3-9`.
import { UsageError } from '../../errors.js';

/** More than this is a slip of the finger. */
const MOST_IN_RANGE = 100_000;

/** @throws UsageError */
export function parseSnapshotId(text: string): number {
  const id = /^#?([0-9]{1,15})$/.exec(text)?.[1];
  if (id !== undefined && Number(id) > 0) return Number(id);
  throw notAnId(text);
}

/** @throws UsageError */
export function parseSnapshotIds(text: string): number[] {
  const range = /^#?([0-9]{1,15})-#?([0-9]{1,15})$/.exec(text);
  if (range === null) return [parseSnapshotId(text)];
  const [first, last] = [Number(range[1]), Number(range[2])];
  if (first < 1 || last < first || last - first >= MOST_IN_RANGE) throw notAnId(text);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function notAnId(text: string): UsageError {
  return new UsageError(`'${text}' is not the number of a snapshot`, {
    typed: text,
    hint: "'redis-rewind list REPO' shows the numbers; a range is written as 3-9",
  });
}
