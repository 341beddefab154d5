// A process that looks like a server to whoever reads /proc: its name, its user and its working directory are
// those of one. A fake server can give its id, and so has a directory that is proved.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile } from 'node:fs/promises';
import path from 'node:path';
import { type TeardownContext, temporaryDirectory } from '../../files/temporary-directory.js';
import type { Owner } from './redis-user.js';

/** @returns what INFO server says of it */
export async function startFakeProcess(
  t: TeardownContext,
  directory: string,
  owner?: Owner,
): Promise<string[]> {
  const program = path.join(await temporaryDirectory(t), 'redis-server');
  await copyFile('/bin/sleep', program);
  await chmod(program, 0o755);
  const child = spawn(program, ['600'], { cwd: directory, stdio: 'ignore', ...owner });
  await once(child, 'spawn');
  t.teardown(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  });
  return [`process_id:${child.pid ?? 0}`, 'uptime_in_seconds:0'];
}
