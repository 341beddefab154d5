// What a real server says of its replicas, of the Sentinels that watch it, of its cluster and of its configuration file.
import test from 'ava';

import { ServerError } from '../../../src/errors.js';
import { ServerConnection } from '../../../src/redis/connection/connection.js';
import {
  type ServerSurroundings,
  readServerSurroundings,
} from '../../../src/redis/server/server-surroundings.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { Secret } from '../../../src/system/secrets/secret.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { until } from '../../support/program/until.js';
import { configureServer, startConfigured } from '../../support/redis/servers/unattended-server.js';
import type { RedisServer } from '../../support/redis/servers/redis-server.js';
import { withRedisServer } from '../../support/redis/servers/redis-server.js';
import { first, startGroup, startSentinels } from '../../support/redis/servers/sentinel-group.js';

type Endpoint = Parameters<typeof ServerConnection.open>[0]['endpoint'];

async function read(endpoint: Endpoint, user: string | null = null): Promise<ServerSurroundings> {
  const password = user === null ? null : new Secret('secret');
  const connection = await ServerConnection.open(
    { endpoint, user, password, tls: null },
    {
      fileSystem: new RealFileSystem(),
      checkpoint: uninterrupted,
      replyTimeoutMs: 10_000,
      onSilence: () => undefined,
    },
  );
  try {
    return await readServerSurroundings(connection);
  } finally {
    connection.close();
  }
}

function tcp({ port }: RedisServer): Endpoint {
  return { kind: 'tcp', host: '127.0.0.1', port };
}

test('a replica and a Sentinel are seen', async (t) => {
  const group = await startGroup(t, 1);
  const primary = first(group.servers);
  t.like(await read(tcp(primary)), { replicas: 1, isWatched: false, isCluster: false });
  await startSentinels(t, group, 1);
  await until(async () => (await read(tcp(primary))).isWatched);
  t.like(await read(tcp(primary)), { replicas: 1, isWatched: true });
});

test('a node of a cluster is one', async (t) => {
  const directory = await temporaryDirectory(t);
  await withRedisServer({ directory, settings: { 'cluster-enabled': 'yes' } }, async (server) => {
    t.like(await read(tcp(server)), { isCluster: true, replicas: 0, configuration: null });
  });
});

test('the configuration file is named', async (t) => {
  const server = await configureServer(t, { root: await temporaryDirectory(t) });
  await startConfigured(server);
  const { configuration } = await read({ kind: 'socket', path: server.socket });
  t.is(configuration, pathFromText(server.configuration));
});

test('a user without the right to see Sentinels is told which right that is', async (t) => {
  const directory = await temporaryDirectory(t);
  await withRedisServer({ directory }, async (server) => {
    await server.client.call('ACL', 'SETUSER', 'backup', 'on', '>secret', '+ping', '+info');
    const error = await t.throwsAsync(read(tcp(server), 'backup'), { instanceOf: ServerError });
    t.is(error?.trouble, 'permission');
    t.regex(error?.hint ?? '', /\+pubsub\|numsub/);
  });
});
