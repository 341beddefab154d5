// The single AOF file of a server before 7 in a backup: cut, recorded, not read again, and what was kept of
// it is loaded by a server that forgives nothing.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { RewindError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { bytesDifference } from '../../support/files/bytes-difference.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { succeedCli } from '../../support/program/cli.js';
import { fixturePath } from '../../support/program/project-paths.js';
import { type DatasetDigest, datasetDigest } from '../../support/redis/data/dataset-digest.js';
import { createLiveSandbox } from '../../support/redis/live-sandbox.js';
import { relayAsOldServer } from '../../support/redis/servers/old-server-relay.js';
import { withRedisServer } from '../../support/redis/servers/redis-server.js';
import {
  FIXTURE,
  MULTI_TAIL,
  POINT,
  TORN_TAILS,
  logOf,
} from '../../support/redis/data/single-file-aof.js';
import { lookNames } from '../../support/sandbox/note-names.js';

for (const [what, tail] of Object.entries({ ...TORN_TAILS, 'an open transaction': MULTI_TAIL })) {
  test(`a single file is cut before ${what}, and loads`, async (t) => {
    const { sandbox, server, backup } = await createLiveSandbox(t, { appendOnly: true });
    const log = await logOf('an RDB and commands');
    await writeFile(sandbox.inSource('appendonly.aof'), Buffer.concat([log, tail]));
    const port = String(await relayAsOldServer(t, server.port));
    const report = await backup({ port });
    t.deepEqual(lookNames(report.notes), []);
    t.deepEqual(report.server?.aof?.files, [
      { path: 'appendonly.aof', sizeBytes: log.length, trimmedBytes: tail.length },
    ]);
    const kept = await readFile(sandbox.inMirror('appendonly.aof'));
    t.is(bytesDifference(log, kept), null);
    const examined = report.examined.find((file) => file.path === 'appendonly.aof');
    t.like(examined, { kind: 'log', loads: true, problem: null });
    const listed = await succeedCli(['list', '-v', sandbox.repository]);
    t.regex(listed.stdout, new RegExp(`, AOF ok, ${tail.length} B trimmed\\n`));

    const next = await backup({ port });
    t.false(
      next.examined.some((file) => file.path === 'appendonly.aof'),
      'it was not read again',
    );
    t.is(next.changedFiles, 0);

    const directory = await temporaryDirectory(t);
    await writeFile(path.join(directory, 'appendonly.aof'), kept);
    const strict = { 'aof-load-truncated': 'no' };
    const held = await withRedisServer(
      { directory, appendOnly: true, settings: strict },
      async ({ client }) => datasetDigest(client),
    );
    const keys = await readFile(fixturePath('redis-data', FIXTURE, `${POINT}.keys.json`), 'utf8');
    t.like(JSON.parse(keys) as DatasetDigest, held);
  });
}

test('Redis 5 does not tell the name of its AOF: the configuration file does', async (t) => {
  const { sandbox, server, backup } = await createLiveSandbox(t, { appendOnly: true });
  const log = await logOf('an RDB and commands');
  await writeFile(sandbox.inSource('other.aof'), log);
  const configuration = path.join(await temporaryDirectory(t), 'redis.conf');
  await writeFile(configuration, 'appendfilename "other.aof"\n');
  const port = String(await relayAsOldServer(t, server.port, 5));
  const error = await t.throwsAsync(backup({ port }), { message: /appendonly\.aof' is missing/ });
  t.regex((error as RewindError).hint ?? '', /--redis-conf FILE/);
  const report = await backup({ port, configuration: pathFromText(configuration) });
  t.deepEqual(lookNames(report.notes), []);
  t.deepEqual(
    report.server?.aof?.files.map((file) => file.path),
    ['other.aof'],
  );
});
