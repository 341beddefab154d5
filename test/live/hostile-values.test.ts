// Damage inside of values, under a right checksum: this program says what the redis-server of this machine
// says of the same bytes, with `sanitize-dump-payload no` (the default) and with `yes`.
import test from 'ava';
import { FileExaminer } from '../../src/persistence/examine/examine-file.js';
import { judgeFile } from '../../src/persistence/examine/judge-file.js';
import { crc64 } from '../../src/persistence/rdb/crc64.js';
import { uninterrupted } from '../../src/system/time/checkpoint.js';
import { readAnnotatedRdbs } from '../persistence/rdb/annotated-hex.js';
import { findInBytes } from '../persistence/rdb/found-records.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { type RedisServer, startRedisServer } from '../support/redis/servers/redis-server.js';

const SEED = process.env['SEED'] ?? 'hostile-values';
const ROUNDS = Number(process.env['ROUNDS'] ?? 60);
const RDB_VERSION = 10;

interface Value {
  readonly name: string;
  readonly type: number;
  readonly bytes: Buffer;
}

/** A small value of each encoding, by the commands that make it. */
const COMMANDS: Readonly<Record<string, readonly (string | number)[]>> = {
  'intset of 16 bits': ['SADD', 'k', 3, 1, 2, 500, -7],
  'intset of 64 bits': ['SADD', 'k', 3, 1, '99999999999', '-99999999999'],
  'hash listpack': [
    'HSET',
    'k',
    'first',
    'v',
    'great',
    1,
    'longer',
    'x1y2'.repeat(15),
    'number',
    -70000,
  ],
  'zset listpack': ['ZADD', 'k', 1, 'alpha', 2.5, 'bravo', 3, 'charlie'],
  'list of listpacks': ['RPUSH', 'k', 'a', 1, -1, 300, 'abc'.repeat(30), '9999999999'],
  'compressed string': ['SET', 'k', 'ab'.repeat(100)],
  'compressed list': ['RPUSH', 'k', ...Array.from({ length: 60 }, () => 'same')],
  'zset of strings': ['ZADD', 'k', 1, 'z'.repeat(70), -2.5, 'bravo', 3, 'charlie'],
};

/** Type 3: the score is text, or one of three lengths that have none. */
const TEXT_SCORES = Buffer.from(
  '0305616c70686103312e3505627261766ffe056375626573042d312e35',
  'hex',
);

async function makeValues(server: RedisServer): Promise<Value[]> {
  const values: Value[] = [];
  for (const [name, command] of Object.entries(COMMANDS)) {
    await server.client.call('DEL', 'k');
    const [verb = '', ...parameters] = command;
    await server.client.call(String(verb), ...parameters);
    const payload = (await server.client.callBuffer('DUMP', 'k')) as Buffer;
    values.push({ name, type: payload[0] ?? 0, bytes: payload.subarray(1, -10) });
  }
  values.push({ name: 'zset with scores as text', type: 3, bytes: TEXT_SCORES });
  for (const { name, bytes, records } of readAnnotatedRdbs()) {
    if (!/0006|0007/.test(name)) continue;
    for (const { type, valueAt, endAt } of records) {
      if (![10, 11, 12, 13, 14].includes(type)) continue;
      const value = bytes.subarray(valueAt, endAt);
      values.push({ name: `type ${type} of ${name}`, type, bytes: value });
    }
  }
  return values;
}

function sealed(bytes: Buffer): Buffer {
  const seal = Buffer.alloc(8);
  seal.writeBigUInt64LE(crc64(bytes));
  return Buffer.concat([bytes, seal]);
}

/** A dump that holds the value alone. */
function dumpOf({ type, bytes }: Value): Buffer {
  const head = Buffer.from('REDIS0010');
  const key = Buffer.from([type, 1, 0x6b]);
  return sealed(Buffer.concat([head, key, bytes, Buffer.from([0xff])]));
}

/** RESTORE does not look behind the end of a value, and a dump goes on there. */
async function endsInItsPlace(value: Value): Promise<boolean> {
  const dump = dumpOf(value);
  const { records } = await findInBytes(dump);
  return records.length === 1 && records[0]?.endAt === dump.length - 9;
}

async function ourVerdict(value: Value): Promise<string> {
  const dump = dumpOf(value);
  const examiner = new FileExaminer('dump', dump.length, uninterrupted);
  await examiner.push(dump);
  return judgeFile(await examiner.finish()).kind;
}

async function isAccepted(server: RedisServer, value: Value, sanitize: string): Promise<boolean> {
  const version = Buffer.from([RDB_VERSION, 0]);
  const payload = sealed(Buffer.concat([Buffer.from([value.type]), value.bytes, version]));
  await server.client.call('CONFIG', 'SET', 'sanitize-dump-payload', sanitize);
  try {
    await server.client.call('RESTORE', 'k', 0, payload, 'REPLACE');
    return true;
  } catch (error) {
    if (/Bad data format/.test(String(error))) return false;
    throw error;
  }
}

async function serverVerdict(server: RedisServer, value: Value): Promise<string> {
  if (!(await isAccepted(server, value, 'no'))) return 'broken';
  return (await isAccepted(server, value, 'yes')) ? 'whole' : 'damaged';
}

/** What the server says of a value. One that crashes does not load it; a new one goes on. */
class Judge {
  #server: RedisServer | null = null;
  readonly #start: () => Promise<RedisServer>;

  constructor(start: () => Promise<RedisServer>) {
    this.#start = start;
  }

  async server(): Promise<RedisServer> {
    this.#server ??= await this.#start();
    return this.#server;
  }

  async verdict(value: Value): Promise<string> {
    try {
      return await serverVerdict(await this.server(), value);
    } catch {
      await this.close();
      return 'broken';
    }
  }

  async close(): Promise<void> {
    await this.#server?.kill();
    this.#server = null;
  }
}

test('values with one damaged byte: the server and this program say the same', async (t) => {
  const random = new SeededRandom(SEED);
  const judge = new Judge(async () => startRedisServer({ directory: await temporaryDirectory(t) }));
  t.teardown(async () => judge.close());
  const counts = new Map<string, number>();
  for (const value of await makeValues(await judge.server())) {
    t.is(await ourVerdict(value), 'whole', value.name);
    t.is(await judge.verdict(value), 'whole', value.name);
    for (let round = 0; round < ROUNDS; round += 1) {
      const bytes = Buffer.from(value.bytes);
      const at = random.below(bytes.length);
      bytes[at] = random.chance(50) ? random.below(256) : (bytes[at] ?? 0) ^ (1 << random.below(8));
      const damaged = { ...value, bytes };
      const expected = await judge.verdict(damaged);
      if (!(await endsInItsPlace(damaged))) {
        const found = await ourVerdict(damaged);
        t.true(found === 'broken' || found === 'unknown', `${value.name}, byte ${at}, ${found}`);
        continue;
      }
      counts.set(expected, (counts.get(expected) ?? 0) + 1);
      const what = `${value.name}, byte ${at}, seed ${SEED}: ${bytes.toString('hex')}`;
      t.is(await ourVerdict(damaged), expected, what);
    }
  }
  for (const kind of ['broken', 'damaged', 'whole']) t.true((counts.get(kind) ?? 0) > 50, kind);
});
