// Dumps of servers that are newer than the one on this machine: the walk gets to their ends, and counts their
// keys. fixtures/rdb/README.md says what is in them.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { describeType } from '../../../src/persistence/rdb/value-types.js';
import { fixturePath } from '../../support/program/project-paths.js';
import { findInBytes, findInPieces } from './found-records.js';

const DUMPS: Record<string, { keys: number; expiring: number; kinds: Record<string, number> }> = {
  'redis-8.6-streams': { keys: 8, expiring: 0, kinds: { string: 5, stream: 3 } },
  'redis-8.6-key-metadata': { keys: 5, expiring: 1, kinds: { string: 5 } },
  'valkey-9.1': {
    keys: 530,
    expiring: 0,
    kinds: { string: 400, hash: 30, zset: 30, list: 30, set: 30, stream: 10 },
  },
  'valkey-9.1-slot-import': { keys: 121, expiring: 0, kinds: { string: 121 } },
};

for (const [name, { keys, expiring, kinds }] of Object.entries(DUMPS)) {
  test(`${name} is walked to its end`, async (t) => {
    const bytes = readFileSync(fixturePath('rdb', 'newer', `${name}.rdb`));
    const found = await findInBytes(bytes);
    const { walk } = found;
    t.is(walk.end.kind, 'complete');
    t.is(walk.checksum, 'ok');
    t.deepEqual([walk.keys, walk.expiringKeys], [keys, expiring]);
    const counted: Record<string, number> = {};
    for (const { type, keys: count } of walk.types) {
      const kind = walk.format === null ? null : describeType(walk.format, type)?.kind;
      counted[kind ?? `type ${type}`] = (counted[kind ?? `type ${type}`] ?? 0) + count;
    }
    t.deepEqual(counted, kinds);
    for (const length of [1, 7, 64, 1000]) {
      t.deepEqual(await findInPieces(bytes, [length]), found, `pieces of ${length}`);
    }
  });
}
