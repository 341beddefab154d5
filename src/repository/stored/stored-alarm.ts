// What the comparison of a snapshot with the one before has found, as the catalog keeps it (docs/format.md, "JSON in the
// catalog"). The reasons have a type of their own here, so a change to a report never changes the format.
import { decodeList, decodeStored } from './stored-fields.js';

export interface StoredReason {
  /** `vanished`, `empty`, `does-not-load`, `fewer-bytes` or `fewer-keys`; a later program may have written another word. */
  readonly kind: string;
  /** As people see it; null for what the server counted. */
  readonly path: string | null;
  readonly database: number | null;
  readonly type: string | null;
  readonly before: number | null;
  readonly now: number | null;
}

export function encodeReasons(reasons: readonly StoredReason[]): string {
  return JSON.stringify(
    reasons.map(({ kind, path, database, type, before, now }) => ({
      kind,
      path,
      database,
      type,
      before,
      now,
    })),
  );
}

/** @throws CorruptError for text that no program of ours would write */
export function decodeReasons(snapshotId: number, reasonsJson: string): StoredReason[] {
  const of = { damage: `the alarm of snapshot ${snapshotId} is damaged`, snapshotId };
  return decodeStored(reasonsJson, of, (value) =>
    decodeList(value, 'the text', (reason) => ({
      kind: reason.text('kind'),
      path: reason.textOrNull('path'),
      database: reason.countOrNull('database'),
      type: reason.textOrNull('type'),
      before: reason.countOrNull('before'),
      now: reason.countOrNull('now'),
    })),
  );
}
