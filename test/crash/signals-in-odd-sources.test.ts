// A signal to a real backup while it reads what somebody wrote to cost it time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { cliEnvironment } from '../support/program/cli.js';
import { mainScript } from '../support/program/project-paths.js';
import { createSandbox } from '../support/sandbox/sandbox.js';

const HISTORY = 'file a seq 1 type h\n';

test('SIGTERM at any moment ends a backup of hostile manifests within a second, with 143', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('long.manifest', HISTORY.repeat(100_000));
  await sandbox.write('huge.manifest', HISTORY.repeat(838_860));
  for (let n = 0; n < 12; n += 1) await sandbox.write(`${n}.manifest`, HISTORY.repeat(52_428));
  const incrs = Array.from({ length: 30_000 }, (_, n) => `file a${n} seq ${n + 1} type i\n`);
  await sandbox.write('incrs.manifest', incrs.join(''));
  const waits: number[] = [];
  for (let afterMs = 0; afterMs < 4000; afterMs += 250) {
    const child = spawn(
      process.execPath,
      [mainScript, 'backup', sandbox.source, sandbox.repository],
      {
        env: cliEnvironment(),
        stdio: 'ignore',
      },
    );
    const ended = once(child, 'close') as Promise<[number | null]>;
    // From the taking of the lock on.
    while (!existsSync(sandbox.data('lock.sqlite3')) && child.exitCode === null) await pause(5);
    await pause(afterMs);
    const sentAt = performance.now();
    child.kill('SIGTERM');
    const [code] = await ended;
    if (code === 3) break;
    t.is(code, 143, `after ${afterMs} ms`);
    t.false(existsSync(sandbox.repository), `after ${afterMs} ms: all is taken back`);
    waits.push(performance.now() - sentAt);
  }
  const median = waits.toSorted((a, b) => a - b)[waits.length >> 1] ?? Infinity;
  t.log(
    `${waits.length} signals: ended after ${Math.round(median)} ms, at most ${Math.round(Math.max(...waits))} ms`,
  );
  t.true(waits.length > 3, String(waits.length));
  // A busy machine may be late once; a program that does not look for signals is late each time.
  t.true(median < 1000, `${median} ms`);
});
