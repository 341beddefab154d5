// SIGINT and SIGTERM end a backup cleanly: the old snapshot stands, and the next backup just runs.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { runCli, succeedCli } from '../support/program/cli.js';
import { backedUpTwice, dumpOf, writeDump } from './small-sandbox.js';

/** Has the process send itself signals at its first fsync, and gives them time to arrive. */
function signallingAtFsync(signals: readonly string[]): Record<string, string> {
  const script = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { fsyncSync } = fs;
    fs.fsyncSync = (file) => {
      for (const signal of ${JSON.stringify(signals)}) process.kill(process.pid, signal);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      fsyncSync(file);
    };
    syncBuiltinESMExports();`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}

const SIGNALS: [signals: string[], code: number, message: string][] = [
  [['SIGINT'], 130, 'interrupted'],
  [['SIGTERM'], 143, 'terminated'],
  [['SIGINT', 'SIGINT', 'SIGTERM'], 130, 'interrupted'],
];

const UNCHANGED = 'nothing was changed: the repository is as it was';

for (const [signals, exitCode, message] of SIGNALS) {
  test(`${signals.join(' and ')} ends a backup cleanly with ${exitCode}`, async (t) => {
    const sandbox = await backedUpTwice(t);
    await writeDump(sandbox, 'third', 3000);
    const line = ['backup', sandbox.source, sandbox.repository];
    const { code, stdout, stderr } = await runCli(line, { env: signallingAtFsync(signals) });
    t.deepEqual(
      { code, stdout, stderr },
      { code: exitCode, stdout: '', stderr: `redis-rewind: ${message}\nhint: ${UNCHANGED}\n` },
    );
    t.deepEqual(await readFile(path.join(sandbox.repository, 'dump.rdb')), dumpOf('second'));
    await succeedCli(line);
    t.deepEqual(await readFile(path.join(sandbox.repository, 'dump.rdb')), dumpOf('third'));
    const list = (await succeedCli(['list', '--json', sandbox.repository])).json();
    t.is((list as { snapshots: unknown[] }).snapshots.length, 3);
  });
}
