// What a server of any version is given: every type that it has, in each of its encodings.
import { SeededRandom } from '../support/program/seeded-random.js';
import type { RedisCommand } from '../support/redis/redis-commands.js';
import { expiryMs, populateCommands, smallKeys } from '../support/redis/data/redis-dataset.js';
import type { ServerFeatures } from '../support/redis/data/server-features.js';

const KEYS = 3000;

/** The first night. */
export function* firstNight(features: ServerFeatures): Generator<RedisCommand> {
  for (const command of populateCommands('versions', KEYS)) yield* asKnown(command, features);
  yield* newerTypes(features, 'first');
}

/** What changes until the second night. */
export function* secondNight(features: ServerFeatures): Generator<RedisCommand> {
  for (const command of smallKeys('second night', KEYS / 10)) yield* asKnown(command, features);
  yield { database: 0, args: ['DEL', 'large:text', 'large:zset'] };
  yield { database: 0, args: ['HSET', 'large:hash', 'changed', 'since'] };
  yield* newerTypes(features, 'second');
}

/** The same in the words of a server that knows fewer. */
function* asKnown(command: RedisCommand, features: ServerFeatures): Generator<RedisCommand> {
  const { database, args } = command;
  const [name, key = '', value = '', option, at = 0] = args;
  if (name === 'FUNCTION' && !features.hasFunctions) return;
  // XGROUP CREATECONSUMER came with Redis 6.2, as SET with PXAT did. XREADGROUP makes consumers too.
  if (key === 'CREATECONSUMER' && !features.hasExpiryTimes) return;
  if (name !== 'SET' || option !== 'PXAT' || features.hasExpiryTimes) {
    yield command;
    return;
  }
  yield { database, args: ['SET', key, value] };
  yield { database, args: ['PEXPIREAT', key, at] };
}

function* newerTypes(features: ServerFeatures, night: string): Generator<RedisCommand> {
  const random = new SeededRandom(`versions/${night}`);
  const database = 0;
  if (features.hasFieldExpiry) {
    for (const count of [5, 700]) {
      const key = `fields:${night}:${count}`;
      const names = Array.from({ length: count }, (_, index) => `field-${index}`);
      const values = names.flatMap((name) => [name, random.word(9)]);
      yield { database, args: ['HSET', key, ...values] };
      const some = names.filter((_, index) => index % 3 === 0);
      for (const name of some) {
        yield { database, args: ['HPEXPIREAT', key, expiryMs(random), 'FIELDS', 1, name] };
      }
    }
  }
  if (features.hasVectorSets) {
    for (let element = 0; element < 300; element += 1) {
      const vector = Array.from({ length: 8 }, () => random.below(1000) / 1000 - 0.5);
      const args = [`vectors:${night}`, 'VALUES', vector.length, ...vector, `element-${element}`];
      yield { database, args: ['VADD', ...args] };
    }
  }
  if (features.hasIdempotentStreams) {
    const key = `idempotent:${night}`;
    for (let entry = 0; entry < 20; entry += 1) {
      const id = ['IDMP', 'producer', `entry-${entry % 7}`, '*'];
      yield { database, args: ['XADD', key, ...id, 'field', random.word(5)] };
    }
  }
}
