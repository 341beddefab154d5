// The rows of `mark`: what a person has said of a snapshot: that it stays, and why. Each row carries a digest. A row that no
// longer has it counts as a pin, so that damage never makes a snapshot go.
import { CorruptError } from '../../errors.js';
import type { Mark } from '../records.js';
import type { Connection } from '../sqlite.js';
import { CheckedRow } from './checked-row.js';
import { digestRow } from './row-digest.js';
import type { TableDigests } from './table-digests.js';

export class MarkTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;

  constructor(connection: Connection, digests: TableDigests) {
    this.#connection = connection;
    this.#digests = digests;
  }

  /** In order of the snapshots. */
  list(): Mark[] {
    return this.#connection
      .prepare<[], object>('SELECT * FROM mark ORDER BY snapshot')
      .all()
      .map(toMark);
  }

  /** Replaces the mark of the snapshot. One that says nothing is deleted. */
  put({ snapshotId, isPinned, note }: Omit<Mark, 'isDamaged'>): void {
    this.#digests.noteChange('mark');
    if (!isPinned && note === null) {
      this.#connection.prepare('DELETE FROM mark WHERE snapshot = ?').run(snapshotId);
      return;
    }
    const values = [snapshotId, Number(isPinned), note] as const;
    this.#connection
      .prepare('INSERT OR REPLACE INTO mark (snapshot, pinned, note, digest) VALUES (?, ?, ?, ?)')
      .run(snapshotId, Number(isPinned), note, digestRow('mark', values));
  }

  /** Makes pins of the rows that no longer have their digests. */
  mendDamaged(): void {
    for (const { snapshotId, isDamaged } of this.list()) {
      if (isDamaged) this.put({ snapshotId, isPinned: true, note: null });
    }
  }
}

function toMark(values: object): Mark {
  const row = new CheckedRow('mark', values);
  const snapshotId = row.id('snapshot');
  try {
    const isPinned = row.flag('pinned');
    const note = row.orNull('note', () => row.text('note'));
    const digest = digestRow('mark', [snapshotId, Number(isPinned), note]);
    if (digest.equals(row.digest('digest')))
      return { snapshotId, isPinned, note, isDamaged: false };
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
  }
  return { snapshotId, isPinned: true, note: null, isDamaged: true };
}
