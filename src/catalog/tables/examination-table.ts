// The rows of `examination`: what was found in a dump or a file of an AOF when it was read, and whether a
// server would load it. Each row carries a digest. A row that no longer has its digest is not used; a
// verification reports it.
import { CorruptError } from '../../errors.js';
import { CheckedRow } from './checked-row.js';
import { digestExamination } from './examination-digest.js';
import type { Content, ExaminationRecord } from '../records.js';
import type { Connection } from '../sqlite.js';
import type { TableDigests } from './table-digests.js';

interface ReadRow {
  readonly content: number;
  /** Null where the row no longer has its digest. */
  readonly record: ExaminationRecord | null;
}

export class ExaminationTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;

  constructor(connection: Connection, digests: TableDigests) {
    this.#connection = connection;
    this.#digests = digests;
  }

  /** The examinations that still have their digests, by the ids of their contents. */
  all(): Map<number, ExaminationRecord> {
    return new Map(
      this.#read().flatMap(({ content, record }) => (record === null ? [] : [[content, record]])),
    );
  }

  /** Ids of the contents that have an examination, in order. */
  contents(): number[] {
    return this.#read().map(({ content }) => content);
  }

  /** How many rows no longer have their digests. */
  countDamaged(): number {
    return this.#read().filter(({ record }) => record === null).length;
  }

  /** Replaces an earlier examination of the same content. */
  put(content: Content, record: ExaminationRecord): void {
    const { loads, problem, foundJson } = record;
    this.#digests.noteChange('examination');
    this.#connection
      .prepare(
        'INSERT OR REPLACE INTO examination (content, loads, problem, found, digest) VALUES (?, ?, ?, ?, ?)',
      )
      .run(
        content.id,
        loads === null ? null : Number(loads),
        problem,
        foundJson,
        digestExamination(content, record),
      );
  }

  /** Deletes the rows that no longer have their digests, and those of no content. */
  deleteDamaged(): void {
    const sound = this.all();
    this.#digests.noteChange('examination');
    const remove = this.#connection.prepare('DELETE FROM examination WHERE content = ?');
    const contents = this.#connection
      .prepare<[], bigint>('SELECT content FROM examination')
      .pluck()
      .all();
    for (const content of contents) if (!sound.has(Number(content))) remove.run(content);
  }

  #read(): ReadRow[] {
    return this.#connection
      .prepare<[], object>(
        `SELECT examination.*, sha256, size FROM examination
         JOIN content ON content.id = examination.content ORDER BY examination.content`,
      )
      .all()
      .map((values) => {
        const row = new CheckedRow('examination', values);
        return { content: row.id('content'), record: toRecordAsWritten(row) };
      });
  }
}

/** Null where the row is not as it was written. No byte depends on it, so it costs nothing else. */
function toRecordAsWritten(row: CheckedRow): ExaminationRecord | null {
  try {
    const record = {
      loads: row.orNull('loads', () => row.flag('loads')),
      problem: row.orNull('problem', () => row.text('problem')),
      foundJson: row.text('found'),
    };
    const of = { sha256: row.digest('sha256'), sizeBytes: row.count('size') };
    return digestExamination(of, record).equals(row.digest('digest')) ? record : null;
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  }
}
