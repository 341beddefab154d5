// No credential and no passphrase is among the arguments of a process, in what a run says, or in an archive's place: not where all
// is well, and not where the store refuses.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { createIdentity } from '../../support/archive/create-identity.js';
import {
  SWIFT_KEY,
  SWIFT_USER,
  type SwiftServer,
  startSwift,
} from '../../support/offsite/swift-server.js';
import { cliEnvironment } from '../../support/program/cli.js';
import { mainScript } from '../../support/program/project-paths.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

let swift: SwiftServer;
test.before(async () => {
  swift = await startSwift();
});
test.after.always(async () => swift?.stop());

const PASSPHRASE = 'nobody-may-see-these-words';
const WRONG_KEY = 'a-key-that-is-refused';

/** The arguments of all processes of the machine, as every user can read them. */
function argumentsOfAll(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        return '';
      }
    })
    .join('\n');
}

interface Watched {
  readonly code: number | null;
  /** All that it said, and the arguments of all processes meanwhile. */
  readonly seen: string;
  readonly looks: number;
}

async function runWatched(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Watched> {
  const child = spawn(process.execPath, [mainScript, '-vv', ...args], {
    env: cliEnvironment({ env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let seen = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
    });
  }
  const closed = once(child, 'close');
  let looks = 0;
  while (child.exitCode === null && child.signalCode === null) {
    seen += argumentsOfAll();
    looks += 1;
    await pause(20);
  }
  await closed;
  return { code: child.exitCode, seen, looks };
}

test('neither in ps nor in what a run says', async (t) => {
  const sandbox = await createSandbox(t);
  // So large that Debian's zstd is started.
  await sandbox.write('dump.rdb', randomBytes(33 << 20));
  await sandbox.backup();
  const { repository } = sandbox;
  const { recipient, identityFile } = await createIdentity(sandbox.root);
  const passphraseFile = sandbox.at('passphrase');
  await writeFile(passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 });
  const endpoint = `http://127.0.0.1:${swift.port}`;
  const s3 = (secret: string) => ({
    AWS_ACCESS_KEY_ID: SWIFT_USER,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_REGION: 'us-east-1',
  });
  const v1 = (key: string) => ({ ...swift.environment, ST_KEY: key });
  const runs = [
    ['swift://secret/one', v1, ['--passphrase-file', passphraseFile], []],
    ['s3://secret/two', s3, ['--recipient', recipient], ['--endpoint', endpoint]],
  ] as const;
  for (const [target, environment, keys, options] of runs) {
    const args = ['export', ...keys, ...options, repository, target];
    const done = await runWatched(args, environment(SWIFT_KEY));
    t.is(done.code, 0, done.seen);
    const opening = keys[0] === '--recipient' ? ['-i', identityFile] : keys;
    const verified = await runWatched(
      ['remote', 'verify', ...opening, ...options, target],
      environment(SWIFT_KEY),
    );
    t.is(verified.code, 0, verified.seen);
    const refused = await runWatched(args, environment(WRONG_KEY));
    t.is(refused.code, 31, refused.seen);
    for (const { seen, looks } of [done, verified, refused]) {
      t.true(looks > 2);
      t.true(seen.includes(mainScript), 'the arguments were looked at');
      for (const secret of [SWIFT_KEY, WRONG_KEY, PASSPHRASE]) t.false(seen.includes(secret));
      t.notRegex(seen, /AGE-SECRET-KEY-|AUTH_tk[0-9a-f]/);
    }
  }
});
