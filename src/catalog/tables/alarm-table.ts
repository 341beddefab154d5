// The rows of `alarm`: each snapshot that was compared with the one before, and what was found. A snapshot with reasons raises an
// alarm until a person has confirmed it. Each row carries a digest. A row that no longer has it counts for nothing, so that the
// snapshot is compared once more, and must be confirmed once more.
import { CorruptError } from '../../errors.js';
import type { AlarmRecord } from '../records.js';
import type { Connection } from '../sqlite.js';
import { CheckedRow } from './checked-row.js';
import { digestRow } from './row-digest.js';
import type { TableDigests } from './table-digests.js';

export class AlarmTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;

  constructor(connection: Connection, digests: TableDigests) {
    this.#connection = connection;
    this.#digests = digests;
  }

  /** In order of the snapshots. */
  list(): AlarmRecord[] {
    return this.#connection
      .prepare<[], object>('SELECT * FROM alarm ORDER BY snapshot')
      .all()
      .map(toAlarm)
      .filter((alarm) => alarm !== null);
  }

  /** Replaces the row of the snapshot. */
  put({ snapshotId, reasonsJson, confirmedAtSeconds }: AlarmRecord): void {
    this.#digests.noteChange('alarm');
    const values = [snapshotId, reasonsJson, confirmedAtSeconds] as const;
    this.#connection
      .prepare(
        'INSERT OR REPLACE INTO alarm (snapshot, reasons, confirmed_at, digest) VALUES (?, ?, ?, ?)',
      )
      .run(snapshotId, reasonsJson, confirmedAtSeconds, digestRow('alarm', values));
  }

  countDamaged(): number {
    const count = this.#connection.prepare<[], bigint>('SELECT count(*) FROM alarm').pluck().get();
    return Number(count ?? 0n) - this.list().length;
  }

  /** Deletes the rows that no longer have their digests. */
  deleteDamaged(): void {
    const sound = this.list();
    this.#digests.noteChange('alarm');
    this.#connection.prepare('DELETE FROM alarm').run();
    for (const alarm of sound) this.put(alarm);
  }
}

/** Null where the row is not as it was written. */
function toAlarm(values: object): AlarmRecord | null {
  try {
    const row = new CheckedRow('alarm', values);
    const snapshotId = row.id('snapshot');
    const reasonsJson = row.text('reasons');
    const confirmedAtSeconds = row.orNull('confirmed_at', () => row.seconds('confirmed_at'));
    const digest = digestRow('alarm', [snapshotId, reasonsJson, confirmedAtSeconds]);
    return digest.equals(row.digest('digest'))
      ? { snapshotId, reasonsJson, confirmedAtSeconds }
      : null;
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  }
}
