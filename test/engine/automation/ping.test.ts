// What a monitor is told by --ping: of the start, of a good end, and of one that somebody must look at.
import { type Server, createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { NightReport } from '../../../src/engine/automation/run-night.js';
import { runReported } from '../../../src/engine/automation/run-reported.js';
import { SourceMissingError } from '../../../src/errors.js';
import { Secret } from '../../../src/system/secrets/secret.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

interface Monitor {
  readonly url: string;
  /** Such as `POST /token/start: text`. */
  readonly told: readonly string[];
}

async function monitor(
  t: ExecutionContext,
  answer: (server: { status: number; headers: Record<string, string> }) => void = () => {},
): Promise<Monitor> {
  const told: string[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      told.push(`${request.method} ${request.url}: ${text}`);
      const reply = { status: 200, headers: {} };
      answer(reply);
      response.writeHead(reply.status, reply.headers).end('OK');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, told };
}

async function night(sandbox: Sandbox, url: string): Promise<NightReport> {
  sandbox.context.advance(60);
  const request = {
    backup: sandbox.backupRequest(),
    keep: null,
    thenExport: null,
    thenVerifyMs: null,
  };
  return runReported(request, { metricsFile: null, pingUrl: new Secret(url) }, sandbox.context);
}

test('a good night is told of at its start and at its end', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('other', 'x');
  const { url, told } = await monitor(t);
  const { notes } = await night(sandbox, url);
  t.deepEqual(notes, []);
  t.deepEqual(told.toSorted(), ['POST /token/start: ', 'POST /token: ']);
});

test('warnings and failures are told of with their text', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', Buffer.alloc(5000, 'a'));
  await sandbox.backup();
  await sandbox.remove('dump.rdb');
  await sandbox.write('other', 'x');
  const { url, told } = await monitor(t);
  const query = `${url}?create=1`;
  await night(sandbox, query);
  t.regex(told.join('\n'), /^POST \/token\/fail\?create=1: alarm: 'dump\.rdb' is gone/m);
  await sandbox.remove('');
  const failed = await monitor(t);
  await t.throwsAsync(night(sandbox, failed.url), { instanceOf: SourceMissingError });
  t.regex(failed.told.join('\n'), /^POST \/token\/fail: source '.*' does not exist$/m);
});

test('a monitor that is away, refuses, or sends elsewhere is a remark, without the secret', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('other', 'x');
  const refusing = await monitor(t, (reply) => {
    reply.status = 404;
  });
  const elsewhere = await monitor(t);
  const sending = await monitor(t, (reply) => {
    reply.status = 302;
    reply.headers['location'] = elsewhere.url;
  });
  for (const [url, why] of [
    ['http://127.0.0.1:1/token', /127\.0\.0\.1:1 cannot be reached/],
    [refusing.url, /has answered with 404/],
    [sending.url, /has answered with 302/],
  ] as const) {
    const { notes } = await night(sandbox, url);
    t.is(notes.length, 1);
    t.like(notes[0], { kind: 'not-told', severity: 'info' });
    t.regex(notes[0]?.message ?? '', why);
    t.false(JSON.stringify(notes).includes('token'));
  }
  t.deepEqual(elsewhere.told, []);
});
