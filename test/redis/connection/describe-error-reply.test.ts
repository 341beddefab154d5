// Every error reply of a server as a message with a hint. No message repeats an argument of a command.
import test from 'ava';
import type { ServerTrouble } from '../../../src/errors.js';
import { describeErrorReply } from '../../../src/redis/connection/describe-error-reply.js';
import type { Party } from '../../../src/redis/connection/party.js';

const SERVER: Party = { kind: 'Redis', address: 'h:1' };
const BGSAVE = { name: 'BGSAVE', subcommand: null, user: 'default' };
const CONFIG = { name: 'CONFIG', subcommand: 'GET', user: 'backup' };

const REPLIES: [reply: string, trouble: ServerTrouble, message: RegExp][] = [
  ['NOAUTH Authentication required.', 'credentials', /requires a password$/],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'credentials', /'default'/],
  ['ERR invalid password', 'credentials', /does not accept this password$/],
  ['ERR Client sent AUTH, but no password is set', 'needless-password', /needs no password/],
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
  ['ERR max number of clients reached', 'unreachable', /reached its limit of clients$/],
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
  test(`the reply '${reply}' becomes a message`, (t) => {
    const error = describeErrorReply(SERVER, reply, BGSAVE);
    t.is(error.trouble, trouble);
    t.is(error.address, 'h:1');
    t.regex(error.message, message);
    t.regex(error.message, /^Redis at h:1 /);
    t.is(error.exitCode, 30);
  });
}

test('NOPERM names the one right that is missing', (t) => {
  const error = describeErrorReply(SERVER, 'NOPERM this user has no permissions to run…', CONFIG);
  t.is(error.message, "Redis at h:1 does not let user 'backup' run CONFIG GET");
  t.is(error.hint, 'give the user this right: ACL SETUSER backup +config|get');
});

test('an error reply of a Sentinel names the Sentinel and the option for its password', (t) => {
  const sentinel: Party = { kind: 'Sentinel', address: 'h:2' };
  const sent = { name: 'PING', subcommand: null, user: 'default' };
  const closed = describeErrorReply(sentinel, 'NOAUTH Authentication required.', sent);
  t.is(closed.message, 'Sentinel at h:2 requires a password');
  t.regex(closed.hint ?? '', /--sentinel-pass-file/);
  const masters = { name: 'SENTINEL', subcommand: 'MASTERS', user: 'backup' };
  const denied = describeErrorReply(sentinel, 'NOPERM this user has no permissions', masters);
  t.is(denied.hint, 'give the user this right: ACL SETUSER backup +sentinel|masters');
  const older = describeErrorReply(sentinel, 'ERR Unknown sentinel subcommand', masters);
  t.is(older.trouble, 'unknown-command');
});
