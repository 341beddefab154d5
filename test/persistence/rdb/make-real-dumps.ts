// Makes fixtures/rdb/made-by-redis again, with the redis-server of this machine: small dumps of what the
// data directories in fixtures/redis-data do not have. fixtures/rdb/README.md says how to run this.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { fixturePath } from '../../support/program/project-paths.js';
import { saveDump } from '../../support/redis/data/redis-persistence.js';
import { withRedisServer } from '../../support/redis/servers/redis-server.js';
import { makeTemporaryDirectory, removeTree } from '../../support/files/temporary-directory.js';
import { askForKeys } from './server-keys.js';

interface Dump {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly commands: readonly (readonly [string, ...string[]])[];
}

const EXPIRY = '4102444800123';

const SOME_KEYS: Dump['commands'] = [
  ['SET', 'plain', 'value'],
  ['SET', 'expiring', 'value', 'PXAT', EXPIRY],
  ['HSET', 'hash', 'field', 'value'],
  ['SELECT', '3'],
  ['RPUSH', 'list', 'a', 'b'],
  ['PEXPIREAT', 'list', EXPIRY],
];

const DUMPS: readonly Dump[] = [
  {
    name: 'least-recently-used',
    settings: { 'maxmemory-policy': 'allkeys-lru' },
    commands: SOME_KEYS,
  },
  {
    name: 'least-frequently-used',
    settings: { 'maxmemory-policy': 'allkeys-lfu' },
    commands: SOME_KEYS,
  },
  {
    name: 'plain-list-nodes-without-checksum',
    settings: { 'enable-debug-command': 'yes', rdbchecksum: 'no' },
    commands: [
      ['DEBUG', 'QUICKLIST-PACKED-THRESHOLD', '30b'],
      ['RPUSH', 'mixed', 'short', 'an entry of more than thirty bytes', 'short again'],
      ['SET', 'after', 'it'],
    ],
  },
  { name: 'empty', settings: {}, commands: [] },
];

const directory = await makeTemporaryDirectory();
try {
  const out = fixturePath('rdb', 'made-by-redis');
  await mkdir(out, { recursive: true });
  for (const dump of DUMPS) await make(dump, path.join(out, `7.0-${dump.name}`));
} finally {
  await removeTree(directory);
}

async function make({ name, settings, commands }: Dump, out: string): Promise<void> {
  const data = path.join(directory, name);
  await mkdir(data);
  await withRedisServer({ directory: data, settings }, async (server) => {
    for (const [command, ...args] of commands) await server.client.call(command, ...args);
    const keys = await askForKeys(server.client);
    await saveDump(server);
    await copyFile(path.join(data, 'dump.rdb'), `${out}.rdb`);
    await writeFile(`${out}.json`, `${JSON.stringify(keys, null, 2)}\n`);
  });
}
