// Every failure of a connection as a message with a hint.
import test from 'ava';
import type { ServerTrouble } from '../../../src/errors.js';
import { describeConnectionFailure } from '../../../src/redis/connection/describe-connection-failure.js';
import type { Party } from '../../../src/redis/connection/party.js';

const SERVER: Party = { kind: 'Redis', address: 'h:1' };

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
  test(`${code || message}${isTls ? ' with TLS' : ''} becomes a message`, (t) => {
    const failure = Object.assign(new Error(message), code === '' ? {} : { code });
    const error = describeConnectionFailure(SERVER, failure, isTls);
    t.is(error.trouble, trouble);
    t.regex(error.message, says);
  });
}

test('an answer that is not in the protocol of Redis means another kind of server', (t) => {
  const failure = new Error('Protocol error, got "H" as reply type byte');
  t.is(describeConnectionFailure(SERVER, failure, false).trouble, 'foreign');
});
