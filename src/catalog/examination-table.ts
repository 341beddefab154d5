// The rows of `examination`: what was found in a dump or a file of an AOF when it was read, and whether a
// server would load it. Each row carries a digest. A row that no longer has its digest is not used; a
// verification reports it.
import { toBlob, toInteger } from './column-values.js';
import { digestExamination } from './examination-digest.js';
import type { Content, ExaminationRecord } from './records.js';
import type { Connection } from './sqlite.js';

interface Row {
  readonly content: bigint;
  readonly loads: bigint | null;
  readonly problem: string | null;
  readonly found: string;
  readonly digest: Buffer;
  readonly sha256: Buffer;
  readonly size: bigint;
}

interface ReadRow {
  readonly content: number;
  readonly record: ExaminationRecord;
  readonly isAsWritten: boolean;
}

export class ExaminationTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The examinations that still have their digests, by the ids of their contents. */
  all(): Map<number, ExaminationRecord> {
    const rows = this.#read().filter(({ isAsWritten }) => isAsWritten);
    return new Map(rows.map(({ content, record }) => [content, record]));
  }

  /** Ids of the contents that have an examination, in order. */
  contents(): number[] {
    return this.#read().map(({ content }) => content);
  }

  /** How many rows no longer have their digests. */
  countDamaged(): number {
    return this.#read().filter(({ isAsWritten }) => !isAsWritten).length;
  }

  /** Replaces an earlier examination of the same content. */
  put(content: Content, record: ExaminationRecord): void {
    const { loads, problem, foundJson } = record;
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

  #read(): ReadRow[] {
    const rows = this.#connection
      .prepare<[], Row>(
        `SELECT examination.*, sha256, size FROM examination
         JOIN content ON content.id = examination.content ORDER BY examination.content`,
      )
      .all();
    return rows.map(({ content, loads, problem, found, digest, sha256, size }) => {
      const record = { loads: loads === null ? null : loads === 1n, problem, foundJson: found };
      const of = { sha256: toBlob(sha256), sizeBytes: toInteger(size) };
      const isAsWritten = digestExamination(of, record).equals(toBlob(digest));
      return { content: toInteger(content), record, isAsWritten };
    });
  }
}
