// Servers that speak TLS, with real certificates: what is trusted, what is not, and plain talk on either
// side of a TLS port.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { runCli } from '../../support/program/cli.js';
import { type Certificates, makeCertificates } from '../../support/redis/servers/certificates.js';
import { startFakeServer } from '../../support/redis/servers/fake-server.js';
import { type LiveSandbox, createLiveSandbox } from '../../support/redis/live-sandbox.js';
import { checkRefusal, leavesAsItWas } from '../../support/redis/refused-backup.js';

interface TlsPlace extends LiveSandbox {
  readonly certificates: Certificates;
  readonly tlsPort: string;
}

async function createTlsPlace(t: ExecutionContext): Promise<TlsPlace> {
  const certificates = await makeCertificates(await temporaryDirectory(t));
  const { ca, server } = certificates;
  const settings = {
    'tls-cert-file': server.cert,
    'tls-key-file': server.key,
    'tls-ca-cert-file': ca,
  };
  const at = await createLiveSandbox(t, { save: '3600 1', settings });
  // The port beside the plain one is as likely to be free as any.
  for (let tlsPort = at.server.port + 1; ; tlsPort += 1) {
    const reply: unknown = await at.server.client
      .call('CONFIG', 'SET', 'tls-port', String(tlsPort))
      .catch(() => null);
    if (reply === 'OK') return { ...at, certificates, tlsPort: String(tlsPort) };
  }
}

async function run({ sandbox }: LiveSandbox, ...args: string[]) {
  const { code, stderr } = await runCli(['backup', ...args, sandbox.repository]);
  return { code, stderr };
}

test('a server with a certificate of a private authority is reached, by option and by URL', async (t) => {
  const at = await createTlsPlace(t);
  const { ca, client } = at.certificates;
  const mutual = ['--cacert', ca, '--cert', client.cert, '--key', client.key];
  t.deepEqual(await run(at, '--tls', '-p', at.tlsPort, ...mutual), { code: 0, stderr: '' });
  const url = `rediss://127.0.0.1:${at.tlsPort}`;
  t.deepEqual(await run(at, '--redis', url, ...mutual), { code: 0, stderr: '' });
  const named = `rediss://localhost:${at.tlsPort}`;
  t.deepEqual(await run(at, '--redis', named, ...mutual), { code: 0, stderr: '' });
});

test('each failure of TLS says what is wrong', async (t) => {
  const at = await createTlsPlace(t);
  await at.backup();
  const { ca, otherCa, client } = at.certificates;
  const mutual = ['--cert', client.cert, '--key', client.key];
  const tls = ['--tls', '-p', at.tlsPort];
  const broken = path.join(at.sandbox.root, 'broken.pem');
  await writeFile(broken, 'no certificate');
  const cases: [args: string[], message: RegExp][] = [
    [
      [...tls, ...mutual],
      /has a certificate of an authority that is not trusted\nhint: .*--cacert/,
    ],
    [[...tls, ...mutual, '--cacert', otherCa], /authority that is not trusted/],
    [
      [...tls, '--cacert', ca],
      // The server says why and closes the connection. Which of the two arrives first is chance.
      /requires a client certificate, or does not accept the one it was given\nhint: .*--cert|closed the connection\nhint: .*--cert and --key/,
    ],
    [[...tls, ...mutual, '--cacert', broken], /not trusted|could not set up TLS/],
    [['-p', at.tlsPort], /has closed the connection\nhint: .*--tls/],
    [
      ['--tls', '-p', String(at.server.port), '--cacert', ca, '--wait-timeout', '1'],
      /does not answer to TLS|does not speak TLS/,
    ],
    [[...tls, '--cacert', ca, '--cert', broken, '--key', broken], /could not set up TLS/],
  ];
  for (const [args, message] of cases) {
    await leavesAsItWas(t, at.sandbox.repository, async () => {
      const { code, stderr } = await run(at, ...args);
      t.is(code, 30, `${args.join(' ')}: ${stderr}`);
      t.regex(stderr, message);
    });
  }
  const missing = await run(at, ...tls, '--cacert', path.join(at.sandbox.root, 'none'));
  t.is(missing.code, 1);
  t.regex(missing.stderr, /cannot open '.*none': no such file/);
});

test('what a hostile server sends over TLS is bounded too, even at the end of the handshake', async (t) => {
  const { ca, server } = await makeCertificates(await temporaryDirectory(t));
  const folder = await temporaryDirectory(t);
  const endless = '*2000000000\r\n';
  for (const greeting of ['', endless]) {
    const { port } = await startFakeServer(t, () => endless, { tls: server, greeting });
    const args = ['backup', '--json', '--tls', '--cacert', ca, '-p', String(port)];
    checkRefusal(t, await runCli([...args, path.join(folder, 'repository')]), {
      message: /sends a list of 2000000000 items, which no server does$/,
    });
  }
});
