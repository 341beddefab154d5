// A server before 7, as far as a backup can tell: a relay before a real one of today that has no answer to
// CONFIG GET appenddirname, which is what tells a single AOF file from a set. No older server is at hand.
import { type Socket, connect, createServer } from 'node:net';

import type { TeardownContext } from '../files/temporary-directory.js';

/** @returns the port of the relay, which ends with the test */
export async function relayAsOldServer(t: TeardownContext, port: number): Promise<number> {
  const sockets = new Set<Socket>();
  const relay = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    // One command is sent at a time, and its reply waited for.
    client.on('data', (bytes) => {
      if (bytes.includes('appenddirname')) client.write('*0\r\n');
      else server.write(bytes);
    });
    server.on('data', (bytes) => client.write(bytes));
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => {
    relay.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    relay.close();
  });
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
