// A server that answers as a test tells it, also against the protocol: a stand-in for stores that are broken or hostile.
import * as http from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

export interface ScriptedServer {
  readonly port: number;
  readonly seen: string[];
  stop(): void;
}

export type Script = (request: http.IncomingMessage, response: http.ServerResponse) => void;

export async function startScripted(script: Script): Promise<ScriptedServer> {
  const seen: string[] = [];
  const handle: Script = (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume();
    script(request, response);
  };
  const server = http.createServer(handle).on('checkContinue', handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Sends these bytes to whoever connects, whatever is asked. */
export async function startRaw(bytes: string): Promise<ScriptedServer> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    seen: [],
    stop: () => void server.close(),
  };
}
