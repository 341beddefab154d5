// Exports to a real Swift as a person or cron runs them: also killed in the middle, and run again.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createIdentity } from '../../support/archive/create-identity.js';
import test, { type ExecutionContext } from 'ava';
import { readTree } from '../../support/files/directory-tree.js';
import { askSwift, listSwift } from '../../support/offsite/swift-contents.js';
import { SWIFT_KEY, type SwiftServer, startSwift } from '../../support/offsite/swift-server.js';
import { cliEnvironment, runCli, succeedCli } from '../../support/program/cli.js';
import { mainScript } from '../../support/program/project-paths.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

let swift: SwiftServer;
test.before(async () => {
  swift = await startSwift();
});
test.after.always(async () => swift?.stop());

const CONTAINERS = ['database_backups', 'database_backups_segments'];

async function createRoom(t: ExecutionContext) {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', randomBytes(3 << 20));
  await sandbox.backup();
  const { identityFile: keyFile, recipient } = await createIdentity(sandbox.root);
  const { source, repository } = sandbox;
  return { source, repository, at: (name: string) => sandbox.at(name), recipient, keyFile };
}

test('a snapshot goes to the default container in segments, and comes back', async (t) => {
  const { source, repository, at, recipient, keyFile } = await createRoom(t);
  const env = swift.environment;
  const args = ['export', '--recipient', recipient, '--segment-size', '1M', '--spool', at('.')];
  const exported = await succeedCli([...args, repository, 'swift:///whole/one'], { env });
  t.is(exported.stdout + exported.stderr, '', 'cron stays silent');
  const stored = await listSwift(swift, CONTAINERS, 'whole/');
  t.is(stored.filter((name) => name.startsWith('database_backups_segments/')).length, 4);
  await succeedCli(['restore', '--from', 'swift:///whole/one', '-i', keyFile, at('x')], { env });
  t.deepEqual(await readTree(at('x')), await readTree(source));
});

test('an export that is killed leaves nothing that is listed, and the next one removes what is left', async (t) => {
  const { repository, recipient } = await createRoom(t);
  const env = swift.environment;
  const target = 'swift:///killed/one';
  const args = ['export', '--recipient', recipient, '--segment-size', '1M', repository, target];
  const child = spawn(process.execPath, [mainScript, ...args, '--limit-rate', '1M'], {
    env: cliEnvironment({ env }),
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while ((await listSwift(swift, CONTAINERS, 'killed/')).length === 0) await pause(50);
  // No credential is among the arguments, which every user can read.
  const typed = await readFile(`/proc/${child.pid}/cmdline`, 'utf8');
  t.false(typed.includes(SWIFT_KEY), typed);
  child.kill('SIGKILL');
  await ended;
  const left = await listSwift(swift, CONTAINERS, 'killed/');
  t.true(
    left.every((name) => name.startsWith('database_backups_segments/')),
    left.join('\n'),
  );
  await succeedCli(args, { env });
  const now = await listSwift(swift, CONTAINERS, 'killed/');
  t.is(now.length, 5, now.join('\n'));
  t.true(now.every((name) => !left.includes(name)));
});

test('an export that a signal ends removes what it has sent', async (t) => {
  const { repository, recipient } = await createRoom(t);
  const env = swift.environment;
  const target = 'swift:///ended/one';
  const args = ['export', '--recipient', recipient, '--segment-size', '1M', repository, target];
  const child = spawn(process.execPath, [mainScript, ...args, '--limit-rate', '1M'], {
    env: cliEnvironment({ env }),
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while ((await listSwift(swift, CONTAINERS, 'ended/')).length === 0) await pause(50);
  child.kill('SIGTERM');
  t.is(await ended, 143);
  t.deepEqual(await listSwift(swift, CONTAINERS, 'ended/'), []);
});

test('a password that is refused is exit 31, and is not shown', async (t) => {
  const { repository, recipient } = await createRoom(t);
  const env = { ...swift.environment, ST_KEY: 'hush-hush-hush' };
  const args = ['-vv', 'export', '--recipient', recipient, repository, 'swift:///refused/'];
  const { code, stdout, stderr } = await runCli(args, { env });
  t.is(code, 31, stderr);
  t.regex(stderr, /^redis-rewind: .*\n(?:.*\n)*hint: .*/);
  t.false((stdout + stderr).includes('hush'));
});

test('an archive that lost a segment is damage, and a store that is away is not', async (t) => {
  const { repository, recipient, keyFile } = await createRoom(t);
  const env = swift.environment;
  const target = 'swift:///lost/one';
  const args = ['export', '--recipient', recipient, '--segment-size', '1M', repository, target];
  await succeedCli(args, { env });
  await succeedCli(['remote', 'verify', '-i', keyFile, 'swift:///lost/'], { env });
  await succeedCli(['remote', 'verify', 'swift:///lost/'], { env });
  const stored = await listSwift(swift, CONTAINERS, 'lost/');
  const segment = stored.find((name) => name.startsWith('database_backups_segments/')) ?? '';
  t.is(await askSwift(swift, 'DELETE', segment), 204);
  for (const keys of [[], ['-i', keyFile]]) {
    const { code, stdout } = await runCli(['remote', 'verify', ...keys, 'swift:///lost/'], { env });
    t.is(code, 20, stdout);
    t.regex(stdout, /^problem: one: /);
  }
  const away = { ...env, ST_AUTH: 'http://127.0.0.1:1/auth/v1.0' };
  t.is((await runCli(['remote', 'verify', 'swift:///lost/'], { env: away })).code, 31);
  await succeedCli(['remote', 'remove', target], { env });
  t.deepEqual(await listSwift(swift, CONTAINERS, 'lost/'), []);
});

test('a backup that cannot export ends with exit 3, and the next one catches up', async (t) => {
  const { source, repository, recipient, at, keyFile } = await createRoom(t);
  const env = swift.environment;
  const place = 'swift:///nightly/db1';
  const backup = [
    'backup',
    '--no-examine',
    '--as-host',
    'test-host',
    '--then-export',
    place,
    '--recipient',
    recipient,
    source,
    repository,
  ];
  // Of one size: a dump that shrinks is an alarm.
  const change = async (): Promise<Buffer> => {
    const bytes = randomBytes(3 << 20);
    await writeFile(`${source}/dump.rdb`, bytes);
    return bytes;
  };
  await change();
  const good = await succeedCli(backup, { env });
  t.is(good.stdout + good.stderr, '', 'cron stays silent');
  const third = await change();
  const away = { ...env, ST_AUTH: 'http://127.0.0.1:1/auth/v1.0' };
  const failed = await runCli(backup, { env: away });
  t.is(failed.code, 3, failed.stderr);
  t.regex(failed.stderr, /^redis-rewind: warning: the snapshot is safe here, .*\nhint: .*\n$/);
  await change();
  const caughtUp = (await succeedCli(['--json', ...backup], { env })).json() as {
    exports: { archives: { snapshotId: number; name: string }[] };
  };
  const { archives } = caughtUp.exports;
  t.deepEqual(
    archives.map(({ snapshotId }) => snapshotId),
    [3, 4],
  );
  t.is((await listSwift(swift, CONTAINERS, 'nightly/db1/')).length, 3);
  const from = `${place}/${archives[0]?.name}`;
  await succeedCli(['restore', '--from', from, '-i', keyFile, 'dump.rdb', at('dump')], { env });
  t.true(third.equals(await readFile(at('dump'))));
  const plain = await runCli(
    [
      'backup',
      '--no-examine',
      '--as-host',
      'test-host',
      '--then-export',
      place,
      source,
      repository,
    ],
    { env },
  );
  t.is(plain.code, 2, 'not encrypting a remote archive must be said');
});

test('watch exports each of its snapshots', async (t) => {
  const { source, repository, recipient } = await createRoom(t);
  const env = swift.environment;
  const place = 'swift:///watched/';
  const args = [
    'watch',
    '--as-host',
    'test-host',
    '--debounce',
    '1s',
    '--then-export',
    place,
    '--recipient',
    recipient,
  ];
  const child = spawn(process.execPath, [mainScript, ...args, source, repository], {
    env: cliEnvironment({ env }),
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await rename(await newDump(source), `${source}/dump.rdb`);
  while ((await listSwift(swift, CONTAINERS, 'watched/')).length === 0) {
    if (child.exitCode !== null) throw new Error(`watch has ended with exit ${child.exitCode}`);
    await pause(200);
  }
  child.kill('SIGTERM');
  t.is(await ended, 0);
});

/** As a server saves: beside the old dump, which it then takes the place of. */
async function newDump(source: string): Promise<string> {
  const path = `${source}/temp-1.rdb`;
  await writeFile(path, 'another dump');
  return path;
}
