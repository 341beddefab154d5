// The single row of `repository`: the identity of the repository, and the generation, a number by which
// readers see that the catalog has changed.
import { CorruptError } from '../../errors.js';
import { CheckedRow } from './checked-row.js';
import type { RepositoryRecord } from '../records.js';
import type { Connection } from '../sqlite.js';
import type { TableDigests } from './table-digests.js';

/** The generation begins again here. It only has to differ from the one before. */
const GENERATIONS = 2 ** 52;

export class RepositoryTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;

  constructor(connection: Connection, digests: TableDigests) {
    this.#connection = connection;
    this.#digests = digests;
  }

  insert(uuid: string, createdAtSeconds: number): void {
    this.#digests.noteChange('repository');
    this.#connection
      .prepare('INSERT INTO repository (id, uuid, created_at, generation) VALUES (1, ?, ?, 0)')
      .run(uuid, createdAtSeconds);
  }

  /** @throws CorruptError where there is not just the one row */
  get(): RepositoryRecord {
    const [values, ...others] = this.#connection
      .prepare<[], object>('SELECT * FROM repository LIMIT 2')
      .all();
    if (values === undefined || others.length > 0) {
      const what = values === undefined ? 'no row' : 'more than one row';
      throw new CorruptError(`the catalog is damaged: table 'repository' has ${what}`);
    }
    const row = new CheckedRow('repository', values);
    row.integer('id', 1, 1);
    return {
      uuid: row.text('uuid'),
      createdAtSeconds: row.seconds('created_at'),
      generation: row.integer('generation', 0, GENERATIONS - 1),
    };
  }

  /** @throws CorruptError where there is no row whose generation could be raised */
  advanceGeneration(): void {
    this.#digests.noteChange('repository');
    const { changes } = this.#connection
      .prepare(`UPDATE repository SET generation = (generation + 1) % ${GENERATIONS}`)
      .run();
    if (changes !== 1) this.get();
  }
}
