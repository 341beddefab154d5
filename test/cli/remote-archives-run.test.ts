// Archives in an S3 store as a person reaches them: the options, the credentials, and what is refused.
import { writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { readTree } from '../support/files/directory-tree.js';
import { type S3Server, startS3Server } from '../support/offsite/s3-server.js';
import { runCli, succeedCli } from '../support/program/cli.js';
import { createSandbox } from '../support/sandbox/sandbox.js';

let s3: S3Server;
test.before(async () => {
  s3 = await startS3Server();
});
test.after.always(async () => s3?.stop());

async function createRoom(t: ExecutionContext) {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  await sandbox.backup();
  const identity = await generateX25519Identity();
  const keyFile = sandbox.at('key.txt');
  await writeFile(keyFile, `${identity}\n`, { mode: 0o600 });
  const recipient = await identityToRecipient(identity);
  const { source, repository } = sandbox;
  return { source, repository, at: (name: string) => sandbox.at(name), recipient, keyFile };
}

/** The credentials alone: the address is given with --endpoint. */
function credentials(): Record<string, string | undefined> {
  return { ...s3.environment, AWS_ENDPOINT_URL: undefined };
}

test('a snapshot goes to S3 and comes back', async (t) => {
  const { source, repository, at, recipient, keyFile } = await createRoom(t);
  const endpoint = ['--endpoint', `http://127.0.0.1:${s3.port}`];
  const env = credentials();
  const place = `s3://${s3.bucket}/there/`;
  const args = ['--json', 'export', '--recipient', recipient, ...endpoint, repository, place];
  const { name, target } = (await succeedCli(args, { env })).json() as {
    name: string;
    target: string;
  };
  t.is(target, place);
  t.regex(name, /^redis-\d{8}T\d{6}Z-1\.tar\.zst\.age$/);
  await succeedCli(
    ['restore', '--from', place + name, ...endpoint, '--limit-rate', '1M', '-i', keyFile, at('x')],
    { env },
  );
  t.deepEqual(await readTree(at('x')), await readTree(source));
  t.is((await runCli(args, { env })).code, 14, 'its name is taken');
});

test('a remote store gets nothing in the clear, unless that is said', async (t) => {
  const { repository } = await createRoom(t);
  const target = `s3://${s3.bucket}/plain/x`;
  const refused = await runCli(['export', repository, target], { env: s3.environment });
  t.is(refused.code, 2);
  t.regex(refused.stderr, /for whom the archive is encrypted\nhint: .*--no-encrypt/);
  t.false((await s3.everything()).some((name) => name.startsWith('plain')));
  await succeedCli(['export', '--no-encrypt', repository, target], { env: s3.environment });
  t.true((await s3.everything()).some((name) => name.startsWith('plain')));
});

test('a store that is away or refuses is exit 31 with one hint, and no credential is shown', async (t) => {
  const { repository, at, recipient } = await createRoom(t);
  const env = { ...s3.environment, AWS_SECRET_ACCESS_KEY: 'hush-hush-hush' };
  const seal = ['--recipient', recipient];
  const missing = await runCli(['export', ...seal, repository, 's3://no-such-bucket/x'], { env });
  t.is(missing.code, 31, missing.stderr);
  t.regex(missing.stderr, /^redis-rewind: .*\nhint: .*\n$/);
  const none = await runCli(['restore', '--from', `s3://${s3.bucket}/none`, at('x'), '-vv'], {
    env,
  });
  t.is(none.code, 31, none.stderr);
  const nobody = await runCli(['--json', 'export', ...seal, repository, `s3://${s3.bucket}/x`], {
    env: { ...env, AWS_ENDPOINT_URL: undefined, AWS_ACCESS_KEY_ID: undefined },
  });
  t.is(nobody.code, 2, nobody.stderr);
  for (const { stdout, stderr } of [missing, none, nobody]) {
    t.false((stdout + stderr).includes('hush'), stderr);
  }
});

test('sizes that make no sense are wrong usage, and so are options of archives without one', async (t) => {
  const { repository, at } = await createRoom(t);
  for (const [args, message] of [
    [['export', '--limit-rate', '1K', repository, at('a')], /--limit-rate' takes a size from 16K/],
    [
      ['export', '--segment-size', 'x', repository, at('a')],
      /--segment-size' takes a size from 1M/,
    ],
    [['restore', '--endpoint', 'http://x', repository, at('a')], /--endpoint' is for archives/],
    [
      ['export', '--no-encrypt', '--endpoint', 'ftp://x', repository, `s3://${s3.bucket}/a`],
      /--endpoint is not the address of a store/,
    ],
  ] as const) {
    const { code, stderr } = await runCli([...args], { env: s3.environment });
    t.is(code, 2, stderr);
    t.regex(stderr, message);
  }
});
