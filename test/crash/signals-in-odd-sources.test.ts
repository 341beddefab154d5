// A signal to a real backup while it reads what somebody wrote to cost it time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { cliEnvironment } from '../support/program/cli.js';
import { ticksToTheEnd } from '../support/program/cpu-work.js';
import { mainScript } from '../support/program/project-paths.js';
import { createSandbox } from '../support/sandbox/sandbox.js';

const HISTORY = 'file a seq 1 type h\n';

test('SIGTERM at any moment ends a backup of hostile manifests with 143, and most of the work is left undone', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('long.manifest', HISTORY.repeat(100_000));
  await sandbox.write('huge.manifest', HISTORY.repeat(838_860));
  for (let n = 0; n < 12; n += 1) await sandbox.write(`${n}.manifest`, HISTORY.repeat(52_428));
  const incrs = Array.from({ length: 30_000 }, (_, n) => `file a${n} seq ${n + 1} type i\n`);
  await sandbox.write('incrs.manifest', incrs.join(''));
  const backup = (repository: string) =>
    spawn(process.execPath, [mainScript, 'backup', sandbox.source, repository], {
      env: cliEnvironment(),
      stdio: 'ignore',
    });
  const whole = await ticksToTheEnd(backup(`${sandbox.repository}-whole`));
  const rests: number[] = [];
  for (let afterMs = 0; ; afterMs += 500) {
    const child = backup(sandbox.repository);
    const ended = once(child, 'close') as Promise<[number | null]>;
    // From the taking of the lock on.
    while (!existsSync(sandbox.data('lock.sqlite3')) && child.exitCode === null) await pause(5);
    await pause(afterMs);
    child.kill('SIGTERM');
    const rest = await ticksToTheEnd(child);
    const [code] = await ended;
    if (code === 3) break;
    t.is(code, 143, `after ${afterMs} ms`);
    t.false(existsSync(sandbox.repository), `after ${afterMs} ms: all is taken back`);
    rests.push(rest);
  }
  const median = rests.toSorted((a, b) => a - b)[rests.length >> 1] ?? Infinity;
  t.log(`${rests.length} signals; ticks of CPU after one: ${median} of ${whole}`);
  t.true(rests.length > 3, String(rests.length));
  // A program that is deaf while it reads does half of its work after the median of the signals.
  t.true(median * 5 < whole, `${median} of ${whole}`);
});
