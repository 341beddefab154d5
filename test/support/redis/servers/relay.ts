// A relay before a real server. It passes on what both ends say, except for the commands that a test wants
// the server, or the client, to miss. The client sends one command at a time and waits for its reply.
import { type Socket, connect, createServer } from 'node:net';
import type { TeardownContext } from '../../files/temporary-directory.js';

export interface RelayRules {
  /** The reply to a command that the server is not to see; null to pass the command on. */
  readonly answer?: (command: Buffer) => string | null;
  /** Whether the client gets no reply to a command, and nothing after it either. */
  readonly isWithheld?: (command: Buffer) => boolean;
}

export interface Relay {
  readonly port: number;
  /** Resolves once the server has replied to a command, and the client has not got the reply. */
  readonly withheld: Promise<void>;
}

/** Relays to a port of this machine until the test ends. */
export async function startRelay(
  t: TeardownContext,
  serverPort: number,
  { answer, isWithheld }: RelayRules,
): Promise<Relay> {
  const sockets = new Set<Socket>();
  let tellWithheld = (): void => {};
  const withheld = new Promise<void>((resolve) => {
    tellWithheld = resolve;
  });
  const relay = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    let isSilent = false;
    client.on('data', (command) => {
      const reply = answer?.(command) ?? null;
      if (isWithheld?.(command) === true) isSilent = true;
      if (reply === null) server.write(command);
      else client.write(reply);
    });
    server.on('data', (reply) => {
      if (isSilent) tellWithheld();
      else client.write(reply);
    });
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
  return { port: address.port, withheld };
}
