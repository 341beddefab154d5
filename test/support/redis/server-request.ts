// What a backup of a test's server asks for, with the options that matter to the test.
import type { ServerRequest } from '../../../src/engine/server/server-request.js';
import type { ServerOptions } from '../../../src/redis/connection/server-access.js';

/** As if no option had been typed. */
export const NO_SERVER_OPTIONS: ServerOptions = {
  url: null,
  host: null,
  port: null,
  socket: null,
  user: null,
  password: null,
  tls: false,
  cacert: null,
  cert: null,
  key: null,
};

export function serverRequest(port: number, changes: Partial<ServerRequest> = {}): ServerRequest {
  return {
    ...NO_SERVER_OPTIONS,
    host: '127.0.0.1',
    port: String(port),
    sentinel: null,
    passFile: null,
    environmentPassword: null,
    configuration: null,
    save: 'auto',
    waitTimeoutMs: 30_000,
    keepDump: false,
    ...changes,
  };
}
