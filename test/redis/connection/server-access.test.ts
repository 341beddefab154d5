// Options like those of redis-cli, and where they lead. No message holds anything secret.
import { inspect } from 'node:util';
import test from 'ava';
import { UsageError } from '../../../src/errors.js';
import {
  type ServerOptions,
  formatEndpoint,
  parseServerAccess,
  redisCliCommand,
} from '../../../src/redis/connection/server-access.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { Secret } from '../../../src/system/secrets/secret.js';
import { NO_SERVER_OPTIONS } from '../../support/redis/server-request.js';

function parse(options: Partial<ServerOptions>, environment: string | null = null) {
  const secret = environment === null ? null : new Secret(environment);
  return parseServerAccess({ ...NO_SERVER_OPTIONS, ...options }, secret);
}

function parseUrl(text: string) {
  return parse({ url: new Secret(text) });
}

test('without options the server is the one that redis-cli uses', (t) => {
  const address = parse({});
  t.is(formatEndpoint(address.endpoint), '127.0.0.1:6379');
  t.is(address.user, null);
  t.is(address.password, null);
  t.is(address.tls, null);
});

for (const [url, endpoint, user, password, isTls] of [
  ['redis://host', 'host:6379', null, null, false],
  ['host:7000', 'host:7000', null, null, false],
  ['10.0.0.1:7000', '10.0.0.1:7000', null, null, false],
  ['[::1]:7000', '[::1]:7000', null, null, false],
  ['redis://host:7000/3', 'host:7000', null, null, false],
  ['redis://:pass@host', 'host:6379', null, 'pass', false],
  ['redis://me:p%40ss%3A%25@10.0.0.1:1', '10.0.0.1:1', 'me', 'p@ss:%', false],
  ['rediss://[::1]:7000', '[::1]:7000', null, null, true],
  ['redis://', '127.0.0.1:6379', null, null, false],
  ['unix:///run/redis/redis.sock', "'/run/redis/redis.sock'", null, null, false],
  ['unix:///run/a%20b', "'/run/a b'", null, null, false],
] as const) {
  test(`'${url}' is a valid URL`, (t) => {
    const address = parseUrl(url);
    t.is(formatEndpoint(address.endpoint), endpoint);
    t.is(address.user, user);
    t.is(address.password?.reveal() ?? null, password);
    t.is(address.tls !== null, isTls);
  });
}

for (const url of [
  'http://sesame@host',
  'host',
  ':sesame@host:6379',
  '',
  'redis://:sesame@host:99999',
  'redis://:sesame@host:0',
  'redis://:sesame@host/db',
  'redis://:sesame@host?x=y',
  'redis://:sesame%@host',
  'unix://sesame',
  'unix://host/sesame',
]) {
  test(`'${url}' is wrong usage, and is not repeated`, (t) => {
    const error = t.throws(() => parseUrl(url), { instanceOf: UsageError });
    t.false(
      `${inspect(error)}${error?.hint ?? ''}`.includes('sesame'),
      `${inspect(error)}${error?.hint ?? ''}`,
    );
  });
}

const WRONG: [why: string, options: Partial<ServerOptions>][] = [
  ['a URL and a host', { url: new Secret('redis://h'), host: 'h' }],
  ['a URL and a port', { url: new Secret('redis://h'), port: '1' }],
  ['a socket and a host', { socket: '/s', host: 'h' }],
  ['two users', { url: new Secret('redis://u:p@h'), user: 'v' }],
  ['two passwords', { url: new Secret('redis://u:p@h'), password: new Secret('q') }],
  ['a user without a password', { user: 'u' }],
  ['a port that is a name', { port: 'redis' }],
  ['port 0', { port: '0' }],
  ['port 65536', { port: '65536' }],
  ['--cacert without TLS', { cacert: pathFromText('/ca') }],
  ['--cert without --key', { tls: true, cert: pathFromText('/c') }],
  ['TLS on a socket', { tls: true, socket: '/s' }],
];

for (const [why, options] of WRONG) {
  test(`${why}: wrong usage`, (t) => {
    t.throws(() => parse(options), { instanceOf: UsageError });
  });
}

test('REDISCLI_AUTH is used where no option gives a password', (t) => {
  t.is(parse({}, 'env').password?.reveal(), 'env');
  t.is(parse({ user: 'u' }, 'env').user, 'u');
  t.is(parse({ password: new Secret('given') }, 'env').password?.reveal(), 'given');
  const url = new Secret('redis://:inside@h');
  t.is(parse({ url }, 'env').password?.reveal(), 'inside');
});

test('a secret is never shown', (t) => {
  const secret = new Secret('sesame');
  const shown = [String(secret), JSON.stringify({ secret }), inspect({ secret }, { depth: 9 })];
  for (const text of shown) t.false(text.includes('sesame'), text);
});

const TYPED: readonly [options: Partial<ServerOptions>, expected: string][] = [
  [{}, 'redis-cli'],
  [{ host: '127.0.0.1', port: '7391' }, 'redis-cli -p 7391'],
  [{ host: 'redis.lan' }, 'redis-cli -h redis.lan'],
  [{ socket: '/run/redis.sock' }, 'redis-cli -s /run/redis.sock'],
  [{ socket: '/a b/s' }, "redis-cli -s '/a b/s'"],
  [{ tls: true, port: '6380' }, 'redis-cli -p 6380 --tls'],
  [{ user: 'ops', password: new Secret('sesame') }, 'redis-cli --user ops'],
];

for (const [options, expected] of TYPED) {
  test(`a hint has the command that reaches this very server: ${expected}`, (t) => {
    t.is(redisCliCommand(parse(options)), expected);
  });
}
