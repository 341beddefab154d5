// What a backup of a test's server asks for, with the options that matter to the test.
import type { ServerRequest } from '../../../src/engine/server/server-request.js';

export function serverRequest(port: number, changes: Partial<ServerRequest> = {}): ServerRequest {
  return {
    url: null,
    host: '127.0.0.1',
    port: String(port),
    socket: null,
    user: null,
    password: null,
    tls: false,
    cacert: null,
    cert: null,
    key: null,
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
