// Damage inside of values, under a right checksum: this program says what the redis-server of this machine
// says of the same bytes, with `sanitize-dump-payload no` (the default) and with `yes`.
import test from 'ava';
import { readAnnotatedRdbs } from '../persistence/rdb/annotated-hex.js';
import { findInBytes } from '../persistence/rdb/found-records.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { HOSTILE_VALUES } from '../support/redis/data/hostile/hostile-values.js';
import {
  FAST_CRASHES,
  ValueJudge,
  dumpOf,
  judgeDump,
} from '../support/redis/data/hostile/judge-value.js';
import { type RedisServer, startRedisServer } from '../support/redis/servers/redis-server.js';

const SEED = process.env['SEED'] ?? 'hostile-values';
const ROUNDS = Number(process.env['ROUNDS'] ?? 60);

interface Value {
  readonly name: string;
  readonly type: number;
  readonly bytes: Buffer;
}

/** A small value of each encoding, by the commands that make it. */
type Command = readonly (string | number)[];

const LONG = 'z'.repeat(70);
const STREAM: readonly Command[] = [
  ['XADD', 'k', '5-1', 'f', 'v', 'g', 'w'],
  ['XADD', 'k', '6-1', 'f', 'x', 'g', 'y'],
  ['XADD', 'k', '6-9', 'other', 'z'],
  ['XADD', 'k', '7-0', 'f', 'n'.repeat(80), 'g', 12],
  ['XDEL', 'k', '6-1'],
  ['XGROUP', 'CREATE', 'k', 'readers', 0],
  ['XREADGROUP', 'GROUP', 'readers', 'one', 'COUNT', 2, 'STREAMS', 'k', '>'],
  ['XREADGROUP', 'GROUP', 'readers', 'two', 'COUNT', 2, 'STREAMS', 'k', '>'],
  ['XGROUP', 'CREATE', 'k', 'others', '$'],
];

/** Values that take more than one command, or that are not packed. */
const MORE_COMMANDS: Readonly<Record<string, readonly Command[]>> = {
  stream: STREAM,
  'set of strings': [['SADD', 'k', 'a', 'b', 'c', 5, 300, -1, 'ab'.repeat(40)]],
  'hash of strings': [['HSET', 'k', 'a', 1, 'b', 2, 'c', LONG, 'ab'.repeat(40), 'x']],
};

const COMMANDS: Readonly<Record<string, Command>> = {
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
  'zset of strings': ['ZADD', 'k', 1, LONG, -2.5, 'bravo', 3, 'charlie'],
};

const MODULE = 7;

/** Type 3: the score is text, or one of three lengths that have none. */
const TEXT_SCORES = Buffer.from(
  '0305616c70686103312e3505627261766ffe056375626573042d312e35',
  'hex',
);

async function makeValues(server: RedisServer): Promise<Value[]> {
  const values: Value[] = [];
  const single = Object.entries(COMMANDS).map(([name, command]) => [name, [command]] as const);
  for (const [name, commands] of [...single, ...Object.entries(MORE_COMMANDS)]) {
    await server.client.call('DEL', 'k');
    for (const [verb = '', ...parameters] of commands) {
      await server.client.call(String(verb), ...parameters);
    }
    const payload = (await server.client.callBuffer('DUMP', 'k')) as Buffer;
    values.push({ name, type: payload[0] ?? 0, bytes: payload.subarray(1, -10) });
  }
  values.push({ name: 'zset with scores as text', type: 3, bytes: TEXT_SCORES });
  for (const { name, bytes, records } of readAnnotatedRdbs()) {
    if (!/00(?:03|06|07|09)/.test(name)) continue;
    for (const { type, valueAt, endAt } of records) {
      if (type === MODULE) continue;
      const value = bytes.subarray(valueAt, endAt);
      values.push({ name: `type ${type} of ${name}`, type, bytes: value });
    }
  }
  return values;
}

/** RESTORE does not look behind the end of a value, and a dump goes on there: `early`. It may be sound then. */
async function whereItEnds(value: Value): Promise<'in its place' | 'early' | 'nowhere'> {
  const dump = dumpOf(value);
  const { records } = await findInBytes(dump);
  const [first] = records;
  if (first === undefined) return 'nowhere';
  return first.endAt === dump.length - 9 ? 'in its place' : 'early';
}

async function startJudge(directory: string): Promise<RedisServer> {
  return startRedisServer({ directory, settings: FAST_CRASHES });
}

test('values that are damaged in a named way: the server says what the table and this program say', async (t) => {
  const judge = new ValueJudge(async () => startJudge(await temporaryDirectory(t)));
  t.teardown(async () => judge.close());
  const wrong: string[] = [];
  for (const value of HOSTILE_VALUES) {
    const server = await judge.verdict(value);
    const ours = (await judgeDump(dumpOf(value))).kind;
    if (server === value.verdict && ours === server) continue;
    wrong.push(`${value.name}: ${value.verdict}, the server ${server}, this program ${ours}`);
  }
  t.deepEqual(wrong, []);
  t.true(HOSTILE_VALUES.length >= 100);
});

test('values with one damaged byte: the server and this program say the same', async (t) => {
  const random = new SeededRandom(SEED);
  const judge = new ValueJudge(async () => startJudge(await temporaryDirectory(t)));
  t.teardown(async () => judge.close());
  const counts = new Map<string, number>();
  for (const value of await makeValues(await judge.server())) {
    t.is((await judgeDump(dumpOf(value))).kind, 'whole', value.name);
    t.is(await judge.verdict(value), 'whole', value.name);
    for (let round = 0; round < ROUNDS; round += 1) {
      const bytes = Buffer.from(value.bytes);
      const at = random.below(bytes.length);
      bytes[at] = random.chance(50) ? random.below(256) : (bytes[at] ?? 0) ^ (1 << random.below(8));
      const damaged = { ...value, bytes };
      const expected = await judge.verdict(damaged);
      const ends = await whereItEnds(damaged);
      if (ends === 'early') continue;
      const found = (await judgeDump(dumpOf(damaged))).kind;
      const what = `${value.name}, byte ${at}, seed ${SEED}: ${bytes.toString('hex')}`;
      if (ends === 'nowhere') {
        t.true(found === 'broken' || found === 'unknown', `${found}, ${what}`);
        continue;
      }
      counts.set(expected, (counts.get(expected) ?? 0) + 1);
      t.is(found, expected, what);
    }
  }
  for (const kind of ['broken', 'damaged', 'whole']) t.true((counts.get(kind) ?? 0) > 50, kind);
});
