// The rows of `verification` and `content_check`: what was verified, and when the bytes of each content
// were last compared. A reader finds contents without these rows, so writing them leaves the generation
// as it is.
import { toInteger } from './column-values.js';
import type { ContentCheck, VerificationMode, VerificationRecord } from './records.js';
import type { Connection } from './sqlite.js';

/** How many verifications are kept. */
const KEPT = 100;

interface Row {
  readonly mode: VerificationMode;
  readonly snapshot: bigint | null;
  readonly round_started_at: bigint;
  readonly started_at: bigint;
  readonly finished_at: bigint;
  readonly problems: bigint;
  readonly contents: bigint;
  readonly bytes: bigint;
  readonly contents_left: bigint;
  readonly bytes_left: bigint;
}

export class VerificationTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Newest first. */
  list(): VerificationRecord[] {
    return this.#connection
      .prepare<[], Row>('SELECT * FROM verification ORDER BY id DESC')
      .all()
      .map(toRecord);
  }

  /** Adds a verification and the contents that it has checked. Only the newest verifications are kept. */
  insert(record: VerificationRecord, checks: readonly ContentCheck[]): void {
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
         WHERE id NOT IN (SELECT id FROM verification ORDER BY id DESC LIMIT ?)`,
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
        .prepare<[], { content: bigint; checked_at: bigint }>(
          'SELECT content, checked_at FROM content_check',
        )
        .all()
        .map((row) => [toInteger(row.content), toInteger(row.checked_at)]),
    );
  }
}

function toRecord(row: Row): VerificationRecord {
  return {
    mode: row.mode,
    snapshot: row.snapshot === null ? null : toInteger(row.snapshot),
    roundStartedAtSeconds: toInteger(row.round_started_at),
    startedAtSeconds: toInteger(row.started_at),
    finishedAtSeconds: toInteger(row.finished_at),
    problems: toInteger(row.problems),
    checkedContents: toInteger(row.contents),
    checkedBytes: toInteger(row.bytes),
    leftContents: toInteger(row.contents_left),
    leftBytes: toInteger(row.bytes_left),
  };
}
