// The rows of `verification` and `content_check`: what was verified, and when the bytes of each content
// were last compared. A reader finds contents without these rows, so writing them leaves the generation
// as it is.
import { CheckedRow } from './checked-row.js';
import type { ContentCheck, VerificationMode, VerificationRecord } from '../records.js';
import { nextId } from './snapshot-table.js';
import type { Connection } from '../sqlite.js';
import type { TableDigests } from './table-digests.js';

/** How many verifications are kept. The last one of every byte is kept beside them. */
const KEPT = 100;

const MODES: readonly string[] = ['full', 'quick', 'sample', 'timed'] satisfies VerificationMode[];

/** Whether it compared every byte of every snapshot. */
export function isFullVerification({ mode, snapshot }: VerificationRecord): boolean {
  return mode === 'full' && snapshot === null;
}

export class VerificationTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;

  constructor(connection: Connection, digests: TableDigests) {
    this.#connection = connection;
    this.#digests = digests;
  }

  /** Newest first. */
  list(): VerificationRecord[] {
    return this.#connection
      .prepare<[], object>('SELECT * FROM verification ORDER BY id DESC')
      .all()
      .map(toRecord);
  }

  /** The id that the next verification gets. @throws CorruptError as nextId has it */
  nextId(): number {
    return nextId(this.#connection, 'verification');
  }

  /** Adds a verification and the contents that it has checked. Only the newest verifications are kept. */
  insert(record: VerificationRecord, checks: readonly ContentCheck[]): void {
    for (const table of ['verification', 'content_check', 'sqlite_sequence'] as const) {
      this.#digests.noteChange(table);
    }
    this.#connection
      .prepare(
        `INSERT INTO verification (mode, snapshot, round_started_at, started_at, finished_at,
           problems, contents, bytes, contents_left, bytes_left)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        record.mode,
        record.snapshot,
        record.roundStartedAtSeconds,
        record.startedAtSeconds,
        record.finishedAtSeconds,
        record.problems,
        record.checkedContents,
        record.checkedBytes,
        record.leftContents,
        record.leftBytes,
      );
    this.#connection
      .prepare(
        `DELETE FROM verification
         WHERE id NOT IN (SELECT id FROM verification ORDER BY id DESC LIMIT ?)
           AND id IS NOT (SELECT max(id) FROM verification WHERE mode = 'full' AND snapshot IS NULL)`,
      )
      .run(KEPT);
    // The digest must match too: the catalog may have changed since the content was planned from it.
    const insert = this.#connection.prepare(
      `INSERT OR REPLACE INTO content_check (content, checked_at, whole)
       SELECT id, ?, ? FROM content WHERE id = ? AND sha256 = ?`,
    );
    for (const { content, checkedAtSeconds, isWhole } of checks) {
      insert.run(checkedAtSeconds, isWhole ? 1 : 0, content.id, content.sha256);
    }
  }

  /** When each content was last checked, by the content's id. Contents never checked are left out. */
  checkTimes(): Map<number, number> {
    return new Map(
      this.#connection
        .prepare<[], object>('SELECT * FROM content_check')
        .all()
        .map((values) => {
          const row = new CheckedRow('content_check', values);
          row.flag('whole');
          return [row.id('content'), row.seconds('checked_at')];
        }),
    );
  }
}

function toRecord(values: object): VerificationRecord {
  const row = new CheckedRow('verification', values);
  row.id('id');
  return {
    mode: toMode(row),
    snapshot: row.orNull('snapshot', () => row.id('snapshot')),
    roundStartedAtSeconds: row.seconds('round_started_at'),
    startedAtSeconds: row.seconds('started_at'),
    finishedAtSeconds: row.seconds('finished_at'),
    problems: row.count('problems'),
    checkedContents: row.count('contents'),
    checkedBytes: row.count('bytes'),
    leftContents: row.count('contents_left'),
    leftBytes: row.count('bytes_left'),
  };
}

function toMode(row: CheckedRow): VerificationMode {
  const word = row.text('mode');
  if (MODES.includes(word)) return word as VerificationMode;
  throw row.damaged('mode', 'a way to verify');
}
