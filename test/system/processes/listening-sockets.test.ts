// Where a process listens, as /proc shows it.
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import test from 'ava';

import {
  findListeningSockets,
  parseTcp,
  parseUnix,
} from '../../../src/system/processes/listening-sockets.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000   112        0 41 1 0 100 0 0 10 0
   1: 00000000:3FFB 00000000:0000 0A 00000000:00000000 00:00000000 00000000   112        0 42 1 0 100 0 0 10 0
   2: 0100007F:18EB 0100007F:C001 01 00000000:00000000 00:00000000 00000000   112        0 43 1 0 20 4 30 10 -1
   3: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0 100 0 0 10 0
`;

test('ports that are listened on are read, of this process alone', (t) => {
  t.deepEqual(parseTcp(TCP, new Set(['41', '42', '43'])), [
    { kind: 'tcp', host: '127.0.0.1', port: 6379 },
    { kind: 'tcp', host: '127.0.0.1', port: 16_379 },
  ]);
  const six = '0: 00000000000000000000000001000000:18EB 0:0 0A 0:0 00:0 0 112 0 41 1';
  t.deepEqual(parseTcp(six, new Set(['41'])), [{ kind: 'tcp', host: '::1', port: 6379 }]);
});

test('sockets with a path are read, if they listen', (t) => {
  const text = [
    'Num       RefCount Protocol Flags    Type St Inode Path',
    '0000000000000000: 00000002 00000000 00010000 0001 01 41 /run/redis/a b.sock',
    '0000000000000000: 00000003 00000000 00000000 0001 03 42 /run/redis/a b.sock',
    '0000000000000000: 00000002 00000000 00010000 0001 01 43 redis.sock',
  ].join('\n');
  t.deepEqual(parseUnix(text, new Set(['41', '42', '43'])), [
    { kind: 'socket', path: '/run/redis/a b.sock' },
  ]);
});

test('this process is seen to listen', async (t) => {
  const socket = path.join(await temporaryDirectory(t), 'here.sock');
  const server = createServer().listen(socket);
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
  });
  t.true(
    findListeningSockets(process.pid).some(
      (each) => each.kind === 'socket' && each.path === socket,
    ),
  );
  t.deepEqual(findListeningSockets(2 ** 22 + 1), []);
});
