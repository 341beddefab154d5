import test from 'ava';

import { measureStep } from './measure-process.js';

const MEBIBYTE = 2 ** 20;

/** Node.js filling that much memory, reporting it, and keeping it until its input ends. */
function holding(mebibytes: number): string {
  // Without a name for it, the collector may take it back at any moment.
  return `globalThis.held = Buffer.alloc(${mebibytes * MEBIBYTE}, 1); process.stdout.write("."); process.stdin.resume()`;
}

/** Node.js starting that many of these, and ending them half a second after all are full. */
function holdingTogether(count: number, mebibytes: number): string {
  const child = JSON.stringify(holding(mebibytes));
  return `
    let full = 0;
    const children = Array.from({ length: ${count} }, () =>
      require("child_process").spawn(process.execPath, ["-e", ${child}]));
    for (const { stdout } of children) stdout.once("data", () => {
      full += 1;
      if (full === ${count}) setTimeout(() => children.forEach(({ stdin }) => stdin.end()), 500);
    });`;
}

test('the memory of all processes of a command counts together', async (t) => {
  const args = ['-e', holdingTogether(2, 150)];
  const measured = await measureStep({ command: process.execPath, args });
  t.true(measured.peakRssBytes > 300 * MEBIBYTE, String(measured.peakRssBytes));
  t.true(measured.peakRssBytes < 600 * MEBIBYTE, String(measured.peakRssBytes));
});

test('the time of what a command starts counts as its own', async (t) => {
  const work =
    'const end = process.cpuUsage().user + 200000; while (process.cpuUsage().user < end);';
  const args = ['-c', '"$1" -e "$2"; true', 'sh', process.execPath, work];
  const measured = await measureStep({ command: 'sh', args });
  t.true(measured.cpuMs >= 190, String(measured.cpuMs));
});

test('the folder and the environment are those of the step', async (t) => {
  await t.notThrowsAsync(
    measureStep({
      command: 'sh',
      args: ['-c', 'test "$PWD" = / && test "$NIGHT" = 7'],
      cwd: '/',
      env: { NIGHT: '7' },
    }),
  );
});

test('a command that fails is told with what it said', async (t) => {
  const failing = { command: 'sh', args: ['-c', 'echo no such repository >&2; exit 3'] };
  await t.throwsAsync(measureStep(failing), { message: /exit 3\nno such repository/ });
});

test('a command that is not there is an error', async (t) => {
  await t.throwsAsync(measureStep({ command: 'no-such-program', args: [] }), { code: 'ENOENT' });
});
