// The single row of `repository`: the identity of the repository, and the generation, a number by which
// readers see that the catalog has changed.
import type { RepositoryRecord } from './records.js';
import type { Connection } from './sqlite.js';

interface Row {
  readonly uuid: string;
  readonly created_at: bigint;
  readonly generation: bigint;
}

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
    const row = this.#connection
      .prepare<[], Row>('SELECT uuid, created_at, generation FROM repository')
      .get();
    if (row === undefined) return null;
    return {
      uuid: row.uuid,
      createdAtSeconds: Number(row.created_at),
      generation: Number(row.generation),
    };
  }

  advanceGeneration(): void {
    this.#connection.prepare('UPDATE repository SET generation = generation + 1').run();
  }
}
