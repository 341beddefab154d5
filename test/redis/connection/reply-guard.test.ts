// The guard before the parser: honest replies pass, however they arrive, and each excess is refused at its
// first byte, before anything of it is kept.
import test, { type ExecutionContext } from 'ava';
import { RefusedReplyError, ReplyGuard } from '../../../src/redis/connection/reply-guard.js';
import { listReply, textReply } from '../../support/redis/servers/fake-server.js';

/** The refusal of one reply, in chunks of `chunkBytes`; undefined where it passes. */
function refusalOf(reply: string, chunkBytes = 65_536): RefusedReplyError | undefined {
  const guard = new ReplyGuard();
  guard.expectReply();
  const bytes = Buffer.from(reply, 'latin1');
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      guard.take(bytes.subarray(at, at + chunkBytes));
    }
    return undefined;
  } catch (error) {
    if (error instanceof RefusedReplyError) return error;
    throw error;
  }
}

function isRefused(t: ExecutionContext, reply: string, excess: RegExp | null): void {
  for (const chunkBytes of reply.length < 10_000 ? [1, 7, 65_536] : [4099, 65_536]) {
    const refusal = refusalOf(reply, chunkBytes);
    t.truthy(refusal, reply.slice(0, 60));
    if (excess === null) t.is(refusal?.excess, null, reply.slice(0, 60));
    else t.regex(refusal?.excess ?? '', excess, reply.slice(0, 60));
  }
}

const HONEST = [
  '+OK\r\n',
  '+\r\n',
  "-ERR unknown command 'X'\r\n",
  ':12\r\n',
  ':-9223372036854775808\r\n',
  '$-1\r\n',
  '$0\r\n\r\n',
  '*-1\r\n',
  '*0\r\n',
  textReply('a\r\nb\r\n'),
  listReply(['dir', '/var/lib/redis']),
  `*3\r\n${listReply(['a', 'b'])}*0\r\n*2\r\n:1\r\n${listReply(['', '+'])}`,
];

test('honest replies pass, in chunks of any size', (t) => {
  const whole = Buffer.from(HONEST.join(''), 'latin1');
  for (let chunkBytes = 1; chunkBytes <= whole.length; chunkBytes += 1) {
    const guard = new ReplyGuard();
    for (let count = 0; count < HONEST.length; count += 1) guard.expectReply();
    for (let at = 0; at < whole.length; at += chunkBytes) {
      guard.take(whole.subarray(at, at + chunkBytes));
    }
    // Every reply was seen to its end: another one would be one too many.
    t.throws(() => guard.take(Buffer.from('+OK\r\n')), { instanceOf: RefusedReplyError });
  }
});

test('the largest honest replies pass: INFO of 15,000 databases, and 3,000 primaries of a Sentinel', (t) => {
  const databases = Array.from(
    { length: 15_000 },
    (_, index) => `db${index}:keys=1000000,expires=1000000,avg_ttl=1000000000\r\n`,
  );
  t.is(refusalOf(textReply(`# Keyspace\r\n${databases.join('')}`)), undefined);
  const primary = listReply(Array.from({ length: 40 }, (_, index) => `field or value ${index}`));
  t.is(refusalOf(`*3000\r\n${primary.repeat(3000)}`), undefined);
});

test('a list, a text, a line and a reply that are too large are refused', (t) => {
  isRefused(t, '*2000000000\r\n', /^a list of 2000000000 items$/);
  isRefused(t, `*99999999999999999999\r\n`, /^a list of 99999999999999999999 items$/);
  isRefused(
    t,
    `*2\r\n*200000\r\n${'+\r\n'.repeat(200_000)}*200000\r\n`,
    /^a list of 200000 items$/,
  );
  isRefused(t, '$2000000000\r\n', /^a text of 2000000000 bytes$/);
  isRefused(t, `+${'x'.repeat(70_000)}`, /^a line of more than 65536 bytes$/);
  isRefused(t, `-${'x'.repeat(70_000)}`, /^a line of more than 65536 bytes$/);
  const text = textReply('x'.repeat(1_000_000));
  isRefused(t, `*100\r\n${text.repeat(9)}`, /^a reply of more than 8388608 bytes$/);
  isRefused(t, `*200\r\n${`+${'x'.repeat(60_000)}\r\n`.repeat(150)}`, /^a reply of more than/);
});

test('lists in lists without end are refused', (t) => {
  isRefused(t, '*1\r\n'.repeat(5), /^lists in lists/);
  t.is(refusalOf(`${'*1\r\n'.repeat(4)}+OK\r\n`), undefined);
});

test('bytes that are not in the protocol are refused', (t) => {
  const foreign = [
    'HTTP/1.1 400 Bad Request\r\n',
    // RESP3, which was not asked for.
    '%1\r\n',
    '>1\r\n',
    '_\r\n',
    '$x\r\n',
    '$-2\r\n',
    '$+1\r\n',
    '$\r\n',
    '*-2\r\n',
    '*1x\r\n',
    ':\r\n',
    ':1.5\r\n',
    `:${'1'.repeat(30)}\r\n`,
    `$${'0'.repeat(30)}`,
    '+OK\rx',
    '$1\r\nabc',
    '$1\r\na\rb',
  ];
  for (const reply of foreign) isRefused(t, reply, null);
});

test('a reply that was not asked for is refused, except for one before the first command', (t) => {
  const guard = new ReplyGuard();
  guard.take(Buffer.from('-ERR max number of clients reached\r\n'));
  t.throws(() => guard.take(Buffer.from('+')), { message: 'replies that were not asked for' });
  isRefused(t, '+OK\r\n+OK\r\n', /^replies that were not asked for$/);
});
