// The rows of `tag`: names that a person has given to snapshots. Each row carries a digest. A row that no longer has it is no
// name.
import { CorruptError } from '../../errors.js';
import type { Tag } from '../records.js';
import type { Connection } from '../sqlite.js';
import { CheckedRow } from './checked-row.js';
import { digestRow } from './row-digest.js';
import type { TableDigests } from './table-digests.js';

export class TagTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;

  constructor(connection: Connection, digests: TableDigests) {
    this.#connection = connection;
    this.#digests = digests;
  }

  /** In order of the snapshots, then of the names. */
  list(): Tag[] {
    return this.#connection
      .prepare<[], object>('SELECT * FROM tag ORDER BY snapshot, name')
      .all()
      .map(toTag)
      .filter((tag) => tag !== null);
  }

  /** Nothing is changed where the snapshot has the name already. */
  add({ snapshotId, name }: Tag): void {
    this.#digests.noteChange('tag');
    this.#connection
      .prepare('INSERT OR REPLACE INTO tag (snapshot, name, digest) VALUES (?, ?, ?)')
      .run(snapshotId, name, digestRow('tag', [snapshotId, name]));
  }

  remove({ snapshotId, name }: Tag): void {
    this.#digests.noteChange('tag');
    this.#connection
      .prepare('DELETE FROM tag WHERE snapshot = ? AND name = ?')
      .run(snapshotId, name);
  }

  countDamaged(): number {
    const count = this.#connection.prepare<[], bigint>('SELECT count(*) FROM tag').pluck().get();
    return Number(count ?? 0n) - this.list().length;
  }

  /** Deletes the rows that no longer have their digests. */
  deleteDamaged(): void {
    const sound = this.list();
    this.#digests.noteChange('tag');
    this.#connection.prepare('DELETE FROM tag').run();
    for (const tag of sound) this.add(tag);
  }
}

/** Null where the row is not as it was written. */
function toTag(values: object): Tag | null {
  try {
    const row = new CheckedRow('tag', values);
    const tag = { snapshotId: row.id('snapshot'), name: row.text('name') };
    return digestRow('tag', [tag.snapshotId, tag.name]).equals(row.digest('digest')) ? tag : null;
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  }
}
