// Sentinels from the command line: addresses, passwords, and options that contradict each other.
import test from 'ava';
import { UsageError } from '../../../src/errors.js';
import type { ServerOptions } from '../../../src/redis/connection/server-access.js';
import {
  type SentinelOptions,
  parseSentinelAccess,
} from '../../../src/redis/sentinel/sentinel-access.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { Secret } from '../../../src/system/secrets/secret.js';
import { serverRequest } from '../../support/redis/server-request.js';

const SERVER: ServerOptions = serverRequest(0, { host: null, port: null });
const NONE: SentinelOptions = {
  addresses: ['s1'],
  master: null,
  prefer: null,
  user: null,
  password: null,
};

function parse(
  sentinel: Partial<SentinelOptions>,
  server: Partial<ServerOptions> = {},
  environmentPassword: Secret | null = null,
) {
  return parseSentinelAccess(
    { ...NONE, ...sentinel },
    { ...SERVER, ...server },
    environmentPassword,
  );
}

const ADDRESSES: [addresses: string[], endpoints: [host: string, port: number][]][] = [
  [['s1'], [['s1', 26_379]]],
  [['s1:1234'], [['s1', 1234]]],
  [
    ['s1:1,s2', '10.0.0.3:3'],
    [
      ['s1', 1],
      ['s2', 26_379],
      ['10.0.0.3', 3],
    ],
  ],
  [
    ['[::1]:7, ::1 ,[fe80::2]'],
    [
      ['::1', 7],
      ['::1', 26_379],
      ['fe80::2', 26_379],
    ],
  ],
];

for (const [addresses, endpoints] of ADDRESSES) {
  test(`--sentinel ${addresses.join(' --sentinel ')}`, (t) => {
    t.deepEqual(
      parse({ addresses }).sentinels.map(({ endpoint }) => endpoint),
      endpoints.map(([host, port]) => ({ kind: 'tcp' as const, host, port })),
    );
  });
}

for (const text of [
  '',
  's1,',
  's1:',
  ':1',
  's1:0',
  's1:65536',
  's1:x',
  '[s1]:1',
  '[::1',
  'a:b:c',
]) {
  test(`--sentinel '${text}' is wrong usage`, (t) => {
    t.throws(() => parse({ addresses: [text] }), { instanceOf: UsageError });
  });
}

test('a URL with a password, given instead of an address, is not repeated', (t) => {
  const addresses = ['redis://:sesame@s1:26379'];
  const error = t.throws(() => parse({ addresses }), { instanceOf: UsageError });
  t.false(`${error.message} ${error.hint}`.includes('sesame'), `${error.message} ${error.hint}`);
});

test('the server and the Sentinels have separate passwords, and share TLS', (t) => {
  const theirs = new Secret('theirs');
  const place = parse(
    { user: 'watcher', password: theirs },
    { user: 'backup', tls: true, cacert: pathFromText('/ca') },
    new Secret('environment'),
  );
  t.is(place.sentinels[0]?.user, 'watcher');
  t.is(place.sentinels[0]?.password, theirs);
  t.is(place.credentials.user, 'backup');
  t.is(place.credentials.password?.reveal(), 'environment');
  t.deepEqual(place.sentinels[0]?.tls, place.credentials.tls);
  t.is(parse({}, {}, new Secret('environment')).sentinels[0]?.password, null);
});

test('options that contradict --sentinel are wrong usage', (t) => {
  const wrong: [Partial<SentinelOptions>, Partial<ServerOptions>, RegExp][] = [
    [{}, { host: 'h' }, /both --sentinel and --redis/],
    [{}, { port: '1' }, /both --sentinel and --redis/],
    [{}, { socket: '/s' }, /both --sentinel and --redis/],
    [{}, { url: new Secret('redis://h') }, /both --sentinel and --redis/],
    [{ user: 'watcher' }, {}, /password for user 'watcher' of the Sentinels is missing/],
    [{ prefer: 'master' }, {}, /'master' is not a kind of server/],
    [{}, { cacert: pathFromText('/ca') }, /need TLS/],
  ];
  for (const [sentinel, server, message] of wrong) {
    t.throws(() => parse(sentinel, server), { instanceOf: UsageError, message });
  }
  t.is(parse({}).prefer, 'primary');
  t.is(parse({ prefer: 'replica' }).prefer, 'replica');
});
