// Units and times as systemd itself reads them. It need not run for that.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ScheduledRun } from '../../../src/engine/automation/schedule/scheduled-run.js';
import { makeUnits, unitName } from '../../../src/engine/automation/schedule/systemd-units.js';
import { dailyAt, every } from '../../../src/engine/automation/schedule/timing.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { runCli, succeedCli } from '../../support/program/cli.js';
import { isRoot } from '../../support/program/is-root.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';
import { runOf } from '../../support/schedule/scheduled-run.js';

/** What `systemd-analyze verify` says; empty where it has nothing to say. */
async function verify(t: ExecutionContext, run: ScheduledRun): Promise<string> {
  const folder = await temporaryDirectory(t);
  const { name, service, timer } = makeUnits(dailyAt(2, 30), run);
  await writeFile(path.join(folder, `${name}.service`), service);
  await writeFile(path.join(folder, `${name}.timer`), timer);
  const { status, stdout, stderr } = spawnSync(
    'systemd-analyze',
    ['verify', `${name}.service`, `${name}.timer`],
    { cwd: folder, encoding: 'utf8' },
  );
  return `${status}${stdout}${stderr}`;
}

test('systemd-analyze accepts them, with odd paths and words too', async (t) => {
  t.is(await verify(t, runOf()), '0');
  t.is(await verify(t, runOf({ source: null })), '0');
  const odd = `/srv/100% "a" 'b' $HOME \\x`;
  const words = [process.execPath, odd, '--exclude', '*.tmp', ''];
  t.is(await verify(t, runOf({ words, repository: pathFromText(odd) })), '0');
});

test('names are those of systemd-escape, one for each repository', (t) => {
  for (const repository of ['/srv/backups/redis', '/srv/a-b', '/.hidden/x', '/srv/a b', '/ä']) {
    const escaped = execFileSync('systemd-escape', ['--path', repository], { encoding: 'utf8' });
    t.is(unitName(pathFromText(repository)), `redis-rewind-${escaped.trim()}`, repository);
  }
});

test('systemd reads its form, and means the same distance', (t) => {
  for (const minutes of [1, 15, 60, 360, 1440]) {
    const form = every(minutes)?.onCalendar ?? '';
    const args = ['calendar', '--iterations=2', '--base-time=2026-11-28 00:00:30', form];
    const said = execFileSync('systemd-analyze', args, {
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
      encoding: 'utf8',
    });
    const times = [...said.matchAll(/(?:Next elapse|Iter(?:ation|\.) #2): \w+ (\S+ \S+)/g)].map(
      ([, time = '']) => Date.parse(`${time.replace(' ', 'T')}Z`),
    );
    t.is(times.length, 2, said);
    t.is((times[1] ?? 0) - (times[0] ?? 0), minutes * 60_000, form);
  }
});

const asRoot = isRoot ? test.serial : test.serial.skip;

asRoot(
  'units are put in place, listed and taken away; what somebody else has written stays',
  async (t) => {
    const sandbox = await createSandbox(t);
    const { source, repository } = sandbox;
    const name = unitName(pathFromText(repository));
    const [service, timer] = ['service', 'timer'].map(
      (kind) => `/etc/systemd/system/${name}.${kind}`,
    );
    t.teardown(() => {
      for (const file of [service, timer]) rmSync(file ?? '', { force: true });
    });
    const isBooted = existsSync('/run/systemd/system');
    const args = ['schedule', '--systemd', '--install', '--every', '6h', source, repository];
    writeFileSync(timer ?? '', '[Timer]\n');
    const refused = await runCli(args);
    t.is(refused.code, 14);
    t.regex(refused.stderr, /was not written by schedule/);
    t.false(existsSync(service ?? ''));
    rmSync(timer ?? '');
    const done = await runCli(args);
    t.is(done.code, isBooted ? 0 : 3, done.stderr);
    if (!isBooted) {
      t.regex(done.stderr, /systemd does not run.*\n.*type 'systemctl enable --now redis-rewind-/);
    }
    t.regex(readFileSync(timer ?? '', 'utf8'), /^OnCalendar=\*-\*-\* 00\/6:00:00$/m);
    t.regex(readFileSync(service ?? '', 'utf8'), /^ExecStart=\S+node \S+main\.js backup /m);
    const listed = await succeedCli(['schedule', '--list']);
    t.true(listed.stdout.includes(`${repository}: ${service}\n`), listed.stdout);
    await runCli(['schedule', '--systemd', '--remove', repository]);
    t.false(existsSync(service ?? ''));
    t.false(existsSync(timer ?? ''));
  },
);
