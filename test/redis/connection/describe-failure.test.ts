// Every answer and failure of a server as a message with a hint; what was sent is in none of them.
import test from 'ava';
import type { ServerTrouble } from '../../../src/errors.js';
import {
  type Party,
  describeConnectionFailure,
  describeErrorReply,
} from '../../../src/redis/connection/describe-failure.js';

const SERVER: Party = { kind: 'Redis', address: 'h:1' };
const BGSAVE = { name: 'BGSAVE', subcommand: null, user: 'default' };
const CONFIG = { name: 'CONFIG', subcommand: 'GET', user: 'backup' };

const REPLIES: [reply: string, trouble: ServerTrouble, message: RegExp][] = [
  ['NOAUTH Authentication required.', 'credentials', /wants a password$/],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'credentials', /'default'/],
  ['ERR invalid password', 'credentials', /refuses the password$/],
  ['ERR Client sent AUTH, but no password is set', 'needless-password', /has no password/],
  ['LOADING Redis is loading the dataset in memory', 'occupied', /is still loading its data$/],
  ['BUSY Redis is busy running a script. You can only call…', 'occupied', /busy running a script$/],
  [
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'failed',
    /lost its primary/,
  ],
  ['MISCONF Redis is configured to save RDB snapshots, but…', 'failed', /has stopped all writes/],
  ['DENIED Redis is running in protected mode because…', 'unreachable', /protected mode/],
  ["READONLY You can't write against a read only replica.", 'failed', /read-only replica/],
  ['ERR max number of clients reached', 'unreachable', /as many clients as it takes$/],
  ['ERR', 'failed', /cannot fork/],
  ["ERR Can't save in background: fork: Cannot allocate memory", 'failed', /cannot fork/],
  ['ERR Background save already in progress', 'saving', /already saving or rewriting$/],
  ["ERR Another child process is active (AOF?): can't BGSAVE right now. Use…", 'saving', /already/],
  [
    "ERR unknown command 'BGSAVE', with args beginning with: ",
    'unknown-command',
    /does not know BGSAVE/,
  ],
  ['ERR something new', 'failed', /answers BGSAVE with an error: ERR something new$/],
];

for (const [reply, trouble, message] of REPLIES) {
  test(`'${reply}' is understood`, (t) => {
    const error = describeErrorReply(SERVER, reply, BGSAVE);
    t.is(error.trouble, trouble);
    t.regex(error.message, message);
    t.regex(error.message, /^Redis at h:1 /);
    t.is(error.exitCode, 30);
  });
}

test('NOPERM names the one right that lacks', (t) => {
  const error = describeErrorReply(SERVER, 'NOPERM this user has no permissions to run…', CONFIG);
  t.is(error.message, "Redis at h:1 does not let user 'backup' run CONFIG GET");
  t.is(error.hint, 'give it that right: ACL SETUSER backup +config|get');
});

const FAILURES: [
  code: string,
  message: string,
  isTls: boolean,
  trouble: ServerTrouble,
  says: RegExp,
][] = [
  ['ECONNREFUSED', '', false, 'unreachable', /connection refused$/],
  ['ENOENT', '', false, 'unreachable', /no such socket$/],
  ['EACCES', '', false, 'unreachable', /permission denied$/],
  ['ETIMEDOUT', '', false, 'unreachable', /does not answer$/],
  ['ETIMEDOUT', '', true, 'tls', /does not answer to TLS$/],
  ['ENOTFOUND', '', false, 'unreachable', /host is unknown$/],
  ['EAI_AGAIN', '', false, 'unreachable', /name resolution/],
  ['EHOSTUNREACH', '', false, 'unreachable', /no route/],
  ['ECONNRESET', '', false, 'lost', /has closed the connection$/],
  ['', 'Connection is closed.', false, 'lost', /has closed the connection$/],
  ['SELF_SIGNED_CERT_IN_CHAIN', '', true, 'tls', /not trusted$/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', '', true, 'tls', /not trusted$/],
  ['CERT_HAS_EXPIRED', '', true, 'tls', /not valid now$/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', '', true, 'tls', /another name$/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', '', true, 'tls', /does not speak TLS/],
  ['EPROTO', 'ssl3_read_bytes:tlsv13 alert certificate required', true, 'tls', /certificate/],
  ['ERR_OSSL_PEM_NO_START_LINE', 'no start line', true, 'tls', /no start line$/],
];

for (const [code, message, isTls, trouble, says] of FAILURES) {
  test(`${code || message}${isTls ? ' with TLS' : ''} is understood`, (t) => {
    const failure = Object.assign(new Error(message), code === '' ? {} : { code });
    const error = describeConnectionFailure(SERVER, failure, isTls);
    t.is(error.trouble, trouble);
    t.regex(error.message, says);
  });
}

test('what is no Redis server is told from one that hangs up', (t) => {
  const failure = new Error('Protocol error, got "H" as reply type byte');
  t.is(describeConnectionFailure(SERVER, failure, false).trouble, 'foreign');
});

test('a Sentinel goes by its own name and password', (t) => {
  const sentinel: Party = { kind: 'Sentinel', address: 'h:2' };
  const sent = { name: 'PING', subcommand: null, user: 'default' };
  const closed = describeErrorReply(sentinel, 'NOAUTH Authentication required.', sent);
  t.is(closed.message, 'Sentinel at h:2 wants a password');
  t.regex(closed.hint ?? '', /--sentinel-pass-file/);
  const masters = { name: 'SENTINEL', subcommand: 'MASTERS', user: 'backup' };
  const denied = describeErrorReply(sentinel, 'NOPERM this user has no permissions', masters);
  t.is(denied.hint, 'give it that right: ACL SETUSER backup +sentinel|masters');
  const older = describeErrorReply(sentinel, 'ERR Unknown sentinel subcommand', masters);
  t.is(older.trouble, 'unknown-command');
});
