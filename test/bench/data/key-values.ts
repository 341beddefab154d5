// The values of the benchmark's keys. A key is a number. The number gives the kind of the value; the number
// and the revision give the value. So only the count of keys has to be remembered.
import { FastRandom } from './fast-random.js';

/** The words of one command, ASCII only. */
export type Command = readonly string[];

/** The average size of one key in a dump.rdb, without checksum and header. */
export const DUMP_BYTES_PER_KEY = 850e6 / 4e6;

const WORD_COUNT = 2000;
const TEXT_BYTES = 1024;

/** Kinds by their share of a hundred keys. */
const KINDS = [
  { name: 'session', percent: 40 },
  { name: 'user', percent: 20 },
  { name: 'counter', percent: 15 },
  { name: 'queue', percent: 10 },
  { name: 'board', percent: 10 },
  { name: 'article', percent: 5 },
] as const;

type Kind = (typeof KINDS)[number]['name'];

const KIND_OF_PERCENT: readonly Kind[] = KINDS.flatMap(({ name, percent }) =>
  Array.from({ length: percent }, () => name),
);

export class KeyValues {
  readonly #seed: number;
  readonly #random: FastRandom;
  readonly #words: readonly string[];

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new FastRandom(seed);
    this.#words = Array.from({ length: WORD_COUNT }, () => pronounceable(this.#random));
  }

  /** The commands that give key `id` its value of `revision`, whatever it held before. */
  commandsToSet(id: number, revision: number): readonly Command[] {
    const kind = this.#kind(id);
    const name = `${kind}:${id}`;
    this.#random.reseed(this.#seed, id, revision);
    switch (kind) {
      case 'session':
        return [['SET', name, this.#session(id)]];
      case 'user':
        return [['HSET', name, ...this.#user(id)]];
      case 'counter':
        return [['SET', name, String(this.#random.below(1e9))]];
      case 'queue':
        return [
          ['DEL', name],
          ['RPUSH', name, ...this.#jobs()],
        ];
      case 'board':
        return [['ZADD', name, ...this.#scores(id)]];
      default:
        return [['SET', name, this.#text(TEXT_BYTES)]];
    }
  }

  commandToDelete(id: number): Command {
    return ['DEL', `${this.#kind(id)}:${id}`];
  }

  #kind(id: number): Kind {
    this.#random.reseed(this.#seed, id, -1);
    return KIND_OF_PERCENT[this.#random.below(100)] as Kind;
  }

  /** JSON of 120 to 180 bytes; the length of the token makes up the size. */
  #session(id: number): string {
    const random = this.#random;
    const head = `{"user":${id},"name":"${this.#word()}","seen":${random.between(1.6e9, 1.7e9)},"lang":"en","token":"`;
    return `${head}${random.hex(random.between(120, 180) - head.length - 2)}"}`;
  }

  #user(id: number): string[] {
    const random = this.#random;
    const name = `${this.#word()}-${this.#word()}`;
    const secret = random.hex(random.between(90, 110));
    const fields = {
      name,
      mail: `${name}@example.org`,
      visits: String(random.below(1e4)),
      secret: `${id}:${secret}`,
    };
    return Object.entries(fields).flat();
  }

  #jobs(): string[] {
    return Array.from({ length: 8 }, () => `job:${this.#random.hex(40)}`);
  }

  /** Ten members that stay the same when the scores are rewritten. */
  #scores(id: number): string[] {
    const scores: string[] = [];
    for (let place = 0; place < 10; place += 1) {
      const member = (id * 10 + place) * 7919 + 1e11;
      scores.push(String(this.#random.below(1e6)), `player:${member}`);
    }
    return scores;
  }

  #text(lengthBytes: number): string {
    let text = '';
    while (text.length < lengthBytes) {
      text += this.#word();
      text += ' ';
    }
    return text.slice(0, lengthBytes);
  }

  #word(): string {
    return this.#words[this.#random.below(WORD_COUNT)] as string;
  }
}

/** Three to ten letters, consonants and vowels in turn. */
function pronounceable(random: FastRandom): string {
  const letters = ['bcdfghklmnprstvwz', 'aeiou'] as const;
  return Array.from({ length: random.between(3, 10) }, (_, index) => {
    const choice = letters[index % 2] as string;
    return choice.charAt(random.below(choice.length));
  }).join('');
}
