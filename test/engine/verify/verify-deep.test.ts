// A deep verification looks into what a backup has no time for, and says how deep it looked.
import test from 'ava';
import { runCli } from '../../support/program/cli.js';
import { string } from '../../support/redis/data/hostile/encode-values.js';
import { dumpOfEntries } from '../../support/redis/data/hostile/judge-value.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

/** More than a backup compares. */
const KEYS = 300_000;

function dumpOfKeys(names: readonly string[]): Buffer {
  return dumpOfEntries(
    Buffer.concat(names.map((name) => Buffer.from([0, ...string(name), 1, 0x76]))),
  );
}

test('a key twice among very many: a backup says how many it compared, and a deep verification finds it', async (t) => {
  const sandbox = await createSandbox(t);
  const names = Array.from({ length: KEYS }, (_, index) => `key:${index}`);
  await sandbox.write('dump.rdb', dumpOfKeys([...names, 'key:299999']));
  const backup = await sandbox.backup({ examine: true });
  const [examined] = backup.examined;
  t.like(examined, { loads: true, sanitized: true, keys: KEYS + 1 });
  t.true((examined?.skippedKeys ?? 0) > 0);
  t.deepEqual((await sandbox.verify()).notes, []);

  const deep = await sandbox.verify({ deep: true });
  t.deepEqual(
    deep.notes.map(({ kind }) => kind),
    ['would-not-load'],
  );
  t.deepEqual(deep.problems, []);
  t.is(deep.examined?.length, 1);
  t.like(deep.examined?.[0], {
    path: 'dump.rdb',
    snapshot: 1,
    verdict: 'broken',
    loads: false,
    sanitized: false,
    skippedValues: 0,
    skippedKeys: 0,
  });
  t.regex(deep.examined?.[0]?.problem ?? '', /a key that its database has already at byte [0-9]+/);
});

test('on the command line, --deep says how deep it looked', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', dumpOfKeys(['a', 'b']));
  await sandbox.backup({ examine: true });
  const verified = await runCli(['verify', '--deep', sandbox.repository]);
  t.is(verified.code, 0);
  t.regex(verified.stdout, /no problem\nlooked into 1 file, all of the values and keys\n$/);
  const plain = await runCli(['verify', '--json', sandbox.repository]);
  t.is(JSON.parse(plain.stdout).examined, null);
});
