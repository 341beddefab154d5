// The rows of `examination`: what was found in the content of a dump or a file of an AOF when it was read,
// and whether a server would load it.
import { toInteger } from './column-values.js';
import type { ExaminationRecord } from './records.js';
import type { Connection } from './sqlite.js';

interface Row {
  readonly content: bigint;
  readonly loads: bigint | null;
  readonly problem: string | null;
  readonly found: string;
}

export class ExaminationTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** All of them, by the ids of their contents. */
  all(): Map<number, ExaminationRecord> {
    const rows = this.#connection.prepare<[], Row>('SELECT * FROM examination').all();
    return new Map(
      rows.map(({ content, loads, problem, found }) => {
        const record = { loads: loads === null ? null : loads === 1n, problem, found };
        return [toInteger(content), record];
      }),
    );
  }

  /** Takes the place of an earlier examination of the same content. */
  put(content: number, { loads, problem, found }: ExaminationRecord): void {
    this.#connection
      .prepare(
        'INSERT OR REPLACE INTO examination (content, loads, problem, found) VALUES (?, ?, ?, ?)',
      )
      .run(content, loads === null ? null : Number(loads), problem, found);
  }
}
