// Which keys there are, and what a night does to them: of a hundred keys `percent` are rewritten, a
// quarter as many are deleted and a quarter as many are new. The same seed and the same nights in the
// same order give the same commands.
import { FastRandom } from './fast-random.js';
import { type Command, KeyValues } from './key-values.js';

const NEW_AND_DELETED_PART = 1 / 4;

export class KeySpace {
  readonly #seed: number;
  readonly #count: number;
  readonly #values: KeyValues;
  readonly #deleted = new Set<number>();
  #nextId: number;

  constructor(seed: number, count: number) {
    this.#seed = seed;
    this.#count = count;
    this.#nextId = count;
    this.#values = new KeyValues(seed);
  }

  /** What fills an empty server. */
  *initialCommands(): Generator<Command> {
    for (let id = 0; id < this.#count; id += 1) yield* this.#values.commandsToSet(id, 0);
  }

  /**
   * What happens up to night `night` (from 1 on, ascending). A key goes before another comes, so that
   * the server's table never has to grow, which would give the dump another order.
   */
  *changes(night: number, percent = 1): Generator<Command> {
    const random = new FastRandom(this.#seed, night, -2);
    const rewritten = Math.max(1, Math.round((this.#count * percent) / 100));
    const replaced = Math.max(1, Math.round(rewritten * NEW_AND_DELETED_PART));
    for (let index = 0; index < rewritten; index += 1) {
      yield* this.#values.commandsToSet(this.#pickAlive(random), night);
    }
    for (let index = 0; index < replaced; index += 1) {
      const gone = this.#pickAlive(random);
      this.#deleted.add(gone);
      yield this.#values.commandToDelete(gone);
      yield* this.#values.commandsToSet(this.#nextId, night);
      this.#nextId += 1;
    }
  }

  #pickAlive(random: FastRandom): number {
    let id = random.below(this.#nextId);
    while (this.#deleted.has(id)) id = random.below(this.#nextId);
    return id;
  }
}
