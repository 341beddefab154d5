// Which Sentinels are asked, and which server of what they know is taken.
import test from 'ava';
import { UsageError } from '../../src/errors.js';
import { chooseServers } from '../../src/redis/choose-server.js';
import { parseSentinelSearch } from '../../src/redis/sentinel-options.js';
import type { WatchedServer } from '../../src/redis/sentinel-service.js';

function endpointsOf(...sentinels: string[]) {
  return parseSentinelSearch({ sentinels, master: null, prefer: null }).endpoints.map((endpoint) =>
    endpoint.kind === 'tcp' ? [endpoint.host, endpoint.port] : [],
  );
}

test('Sentinels are listed with commas or one by one, with or without ports', (t) => {
  t.deepEqual(endpointsOf('a,b:1', '10.0.0.1:26380'), [
    ['a', 26_379],
    ['b', 1],
    ['10.0.0.1', 26_380],
  ]);
  t.deepEqual(endpointsOf('[::1]:5', '[fe80::2]', 'fe80::3'), [
    ['::1', 5],
    ['fe80::2', 26_379],
    ['fe80::3', 26_379],
  ]);
});

test('what is no address, no role or no name is refused', (t) => {
  for (const sentinel of ['', 'a,', 'a:', 'a:0', 'a:65536', 'a:x', '[a', 'a]:1', 'a:1:2']) {
    t.throws(() => endpointsOf(sentinel), { instanceOf: UsageError }, sentinel);
  }
  const search = { sentinels: ['a'], master: null, prefer: null };
  t.throws(() => parseSentinelSearch({ ...search, prefer: 'slave' }), {
    message: "'slave' is no kind of server",
  });
  t.throws(() => parseSentinelSearch({ ...search, master: '' }), { instanceOf: UsageError });
  t.is(parseSentinelSearch(search).prefers, 'primary');
});

function watched(host: string, port: number, isUp = true, replicationOffset = 0): WatchedServer {
  return { endpoint: { kind: 'tcp', host, port }, isUp, replicationOffset };
}

test('a replica is preferred that is here and up, the one that has followed furthest first', (t) => {
  const service = {
    name: 'mymaster',
    primary: watched('there', 1),
    replicas: [
      watched('here', 2, true, 10),
      watched('here', 3, true, 30),
      watched('here', 4, false, 40),
      watched('there', 5, true, 50),
    ],
  };
  const chosen = (prefers: 'primary' | 'replica') =>
    chooseServers(service, prefers, (host) => host === 'here').map(({ server, role }) => [
      server.endpoint.port,
      role,
    ]);
  t.deepEqual(chosen('replica'), [
    [3, 'replica'],
    [2, 'replica'],
    [1, 'primary'],
  ]);
  t.deepEqual(chosen('primary'), [[1, 'primary']]);
});
