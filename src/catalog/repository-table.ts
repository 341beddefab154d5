// The single row of `repository`: the identity of the repository, and the generation, a number by which
// readers see that the catalog has changed.
import { CheckedRow } from './checked-row.js';
import type { RepositoryRecord } from './records.js';
import type { Connection } from './sqlite.js';

/** The generation begins again here. It only has to differ from the one before. */
const GENERATIONS = 2 ** 52;

export class RepositoryTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  insert(uuid: string, createdAtSeconds: number): void {
    this.#connection
      .prepare('INSERT INTO repository (id, uuid, created_at, generation) VALUES (1, ?, ?, 0)')
      .run(uuid, createdAtSeconds);
  }

  get(): RepositoryRecord | null {
    const values = this.#connection.prepare<[], object>('SELECT * FROM repository').get();
    if (values === undefined) return null;
    const row = new CheckedRow('repository', values);
    row.integer('id', 1, 1);
    return {
      uuid: row.text('uuid'),
      createdAtSeconds: row.seconds('created_at'),
      generation: row.integer('generation', 0, GENERATIONS - 1),
    };
  }

  advanceGeneration(): void {
    this.#connection
      .prepare(`UPDATE repository SET generation = (generation + 1) % ${GENERATIONS}`)
      .run();
  }
}
