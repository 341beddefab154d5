// A night in which the server was restarted: its dump has the same keys in another order. The increment
// must cost little, with little memory too, and the night before must come back as it was.
import { writeFile } from 'node:fs/promises';

import test from 'ava';

import { createRandom, randomBytesOf } from '../../delta/random-bytes.js';
import { type RdbKey, writeRdb } from '../../support/redis/data/rdb-writer.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';
import { readTree } from '../../support/files/directory-tree.js';

/** Long enough that another thread makes the delta. */
const KEYS = 70_000;

function dump(seed: number): Buffer {
  const random = createRandom(seed);
  const noise = randomBytesOf(1, KEYS + 100);
  const keys = Array.from({ length: KEYS }, (_, index): RdbKey => {
    const text = noise.toString('hex', index, index + 40);
    return { database: 0, key: `session:${index}`, value: { type: 'string', text } };
  });
  for (let i = keys.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [keys[i], keys[j]] = [keys[j] as RdbKey, keys[i] as RdbKey];
  }
  return writeRdb(keys, { ctime: String(1_700_000_000 + seed) });
}

for (const memoryBytes of [undefined, 1 << 20]) {
  const memory = memoryBytes === undefined ? 'as much memory as it likes' : `${memoryBytes} bytes`;
  test(`a restarted server's dump costs about a COPY a key, with ${memory}`, async (t) => {
    const sandbox = await createSandbox(t);
    const file = sandbox.inSource('dump.rdb');
    await writeFile(file, dump(1));
    const before = await readTree(sandbox.source);
    await sandbox.backup();
    await writeFile(file, dump(2));
    const { incrementBytes } = await sandbox.backup(
      memoryBytes === undefined ? {} : { memoryBytes },
    );
    // An opcode, a start of four bytes of which most are random, a length; a key has a hundred bytes.
    t.true(incrementBytes < KEYS * 7, `${incrementBytes} bytes`);
    const { destination } = await sandbox.restore({ time: '1B' });
    t.deepEqual(await readTree(destination), before);
    t.is((await sandbox.verify()).problems.length, 0);
  });
}
