// Standard output that cannot be written, as on a full disk.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { cliEnvironment, succeedCli } from '../support/program/cli.js';
import { mainScript } from '../support/program/project-paths.js';
import { until } from '../support/program/until.js';
import { backedUpTwice, dumpOf } from './small-sandbox.js';

const DONE = 'the work is done; only its report is lost';
const CANNOT_WRITE = /^redis-rewind: cannot write to standard output: .*ENOSPC/;

/** Runs the program with a standard output that is full. */
function runWithFullOutput(...args: string[]): { status: number | null; stderr: string } {
  const full = openSync('/dev/full', 'w');
  try {
    return spawnSync(process.execPath, [mainScript, ...args], {
      env: cliEnvironment(),
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
  } finally {
    closeSync(full);
  }
}

async function snapshotsOf(repository: string): Promise<number> {
  const list = (await succeedCli(['list', '--json', repository])).json() as {
    snapshots: unknown[];
  };
  return list.snapshots.length;
}

test('a result that cannot be written is a failure', async (t) => {
  const { repository } = await backedUpTwice(t);
  for (const args of [['--help'], ['list', repository], ['info', repository]]) {
    const { status, stderr } = runWithFullOutput(...args);
    t.is(status, 1, args.join(' '));
    t.regex(stderr, CANNOT_WRITE);
    t.false(stderr.includes('hint'));
  }
});

test('a backup and a restore whose report is lost say that they are done', async (t) => {
  const sandbox = await backedUpTwice(t);
  const { source, repository } = sandbox;
  const restored = sandbox.at('restored');
  for (const args of [
    ['backup', source, repository],
    ['restore', '-r', 'now', repository, restored],
  ]) {
    const { status, stderr } = runWithFullOutput(...args, '--json');
    const { code, exitCode, message, hint } = JSON.parse(stderr) as Record<string, unknown>;
    t.deepEqual(
      { status, code, exitCode, hint },
      { status: 3, code: 'LOST_OUTPUT', exitCode: 3, hint: DONE },
    );
    t.regex(String(message), /^cannot write to standard output: .*ENOSPC/);
  }
  t.is(await snapshotsOf(repository), 3);
  t.true(existsSync(`${restored}/dump.rdb`));
});

test('a verification whose report is lost ends with 3, or with 20 where something is damaged', async (t) => {
  const sandbox = await backedUpTwice(t);
  const whole = runWithFullOutput('verify', sandbox.repository);
  t.is(whole.status, 3);
  t.regex(whole.stderr, CANNOT_WRITE);
  t.true(whole.stderr.includes(`hint: ${DONE}\n`));
  writeFileSync(`${sandbox.repository}/dump.rdb`, 'damaged');
  t.is(runWithFullOutput('verify', sandbox.repository).status, 20);
});

test('a watch whose lines are lost goes on, says so once, and ends with 3', async (t) => {
  const sandbox = await backedUpTwice(t);
  const { source, repository } = sandbox;
  const full = openSync('/dev/full', 'w');
  const args = [mainScript, 'watch', '--debounce', '1s', source, repository];
  const child = spawn(process.execPath, args, {
    env: cliEnvironment(),
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  const ended = once(child, 'close') as Promise<[number | null]>;
  t.teardown(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  for (const wanted of [3, 4]) {
    await sandbox.write('dump.rdb', dumpOf(`save ${wanted}`));
    await until(async () => child.exitCode !== null || (await snapshotsOf(repository)) >= wanted);
  }
  t.is(await snapshotsOf(repository), 4);
  child.kill('SIGTERM');
  const [code] = await ended;
  t.is(code, 3);
  t.is(stderr.match(/cannot write to standard output/g)?.length, 1);
});
