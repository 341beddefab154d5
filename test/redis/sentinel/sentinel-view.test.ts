// The replies of a Sentinel as values, and the server that is chosen.
import test from 'ava';
import { ServerError, UsageError } from '../../../src/errors.js';
import type { Reply } from '../../../src/redis/connection/reply.js';
import {
  type SentinelView,
  choosePrimary,
  chooseReplicas,
  failoverWithinMs,
  parseEndpointReply,
  parsePrimaries,
  parseReplicas,
} from '../../../src/redis/sentinel/sentinel-view.js';

function words(fields: Readonly<Record<string, string>>): Reply {
  return Object.entries(fields)
    .flat()
    .map((word) => Buffer.from(word));
}

function primary(name: string, flags = 'master'): Reply {
  return words({ name, ip: '10.0.0.1', port: '6379', flags, 'down-after-milliseconds': '5000' });
}

function replica(ip: string, port: number, changes: Readonly<Record<string, string>> = {}): Reply {
  return words({
    ip,
    port: String(port),
    flags: 'slave',
    'master-link-status': 'ok',
    'slave-repl-offset': '100',
    ...changes,
  });
}

test('primaries, an address and no address are read', (t) => {
  t.deepEqual(parsePrimaries([primary('a', 's_down,master,disconnected')]), [
    { name: 'a', flags: ['s_down', 'master', 'disconnected'], downAfterMs: 5000 },
  ]);
  t.deepEqual(parseEndpointReply([Buffer.from('::1'), Buffer.from('6380')]), {
    kind: 'tcp',
    host: '::1',
    port: 6380,
  });
  t.is(parseEndpointReply(null), null);
});

test('the only primary needs no name, and one of several must be named', (t) => {
  const [one, two] = [parsePrimaries([primary('a')]), parsePrimaries([primary('a'), primary('b')])];
  t.is(choosePrimary('s:1', one, null).name, 'a');
  t.is(choosePrimary('s:1', two, 'b').name, 'b');
  t.throws(() => choosePrimary('s:1', two, null), {
    instanceOf: UsageError,
    message: "Sentinel at s:1 watches 2 primaries: 'a', 'b'",
  });
  const wrong = t.throws(() => choosePrimary('s:1', two, 'c'), { instanceOf: ServerError });
  t.is(wrong.message, "Sentinel at s:1 knows no primary 'c'");
  t.is(wrong.hint, "give --master one of the names that it knows: 'a', 'b'");
  t.throws(() => choosePrimary('s:1', [], null), { message: /watches no primary$/ });
});

test('the replica on this machine that lags least is taken', (t) => {
  const replicas = parseReplicas([
    replica('10.0.0.2', 1, { 'slave-repl-offset': '900' }),
    replica('127.0.0.1', 2, { 'slave-repl-offset': '99' }),
    replica('127.0.0.1', 4, { 'slave-repl-offset': '100' }),
    replica('127.0.0.1', 3, { 'slave-repl-offset': '100' }),
    replica('127.0.0.1', 5, { flags: 's_down,slave', 'slave-repl-offset': '500' }),
    replica('127.0.0.1', 6, { flags: 'o_down,slave,disconnected' }),
    replica('127.0.0.1', 7, { flags: 'slave,disconnected' }),
    replica('127.0.0.1', 8, { 'master-link-status': 'err', 'slave-repl-offset': '500' }),
  ]);
  const { usable, passedOver } = chooseReplicas(replicas, (host) => host === '127.0.0.1');
  t.deepEqual(
    usable.map(({ port }) => port),
    [3, 4, 2],
  );
  t.deepEqual(passedOver, [
    '127.0.0.1:5 is down',
    '127.0.0.1:6 is down',
    '127.0.0.1:7 is not connected to the Sentinel',
    '127.0.0.1:8 has lost its primary',
  ]);
  t.deepEqual(
    chooseReplicas(replicas, () => false),
    { usable: [], passedOver: [] },
  );
});

test('a failover is waited for only where one can happen', (t) => {
  const view = (flags: string, replicas: Reply): SentinelView => ({
    primary: parsePrimaries([primary('a', flags)])[0] as SentinelView['primary'],
    endpoint: { kind: 'tcp', host: '10.0.0.1', port: 6379 },
    replicas: parseReplicas(replicas),
  });
  const one = [replica('127.0.0.1', 2)];
  t.is(failoverWithinMs(view('master', [])), null);
  t.is(failoverWithinMs(view('master,o_down', [])), null);
  t.is(failoverWithinMs(view('master', one)), 30_000);
  for (const flag of ['s_down', 'o_down', 'failover_in_progress']) {
    t.is(failoverWithinMs(view(`master,${flag}`, one)), Number.POSITIVE_INFINITY);
  }
});
