// The keys of a server, and what a night does to them: `percent` of the keys are rewritten, a quarter as many
// are deleted, and a quarter as many are new. The same seed and the same nights in the same order give the
// same commands.
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

  /** The commands that fill an empty server. */
  *initialCommands(): Generator<Command> {
    for (let id = 0; id < this.#count; id += 1) yield* this.#values.commandsToSet(id, 0);
  }

  /**
   * The commands of night `night`, counted from 1 and called in ascending order. A key is deleted before
   * another one is added. So the hash table of the server never grows, which would change the order of the
   * dump.
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
