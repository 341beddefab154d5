// A machine as Debian sets it up for redis-server, for one test: /etc/redis, /var/lib, /var/log and /run are folders of the test, in
// a mount namespace of each command. So the real unit file, the real script of /etc/init.d and the real `service` are at work,
// and nothing of this machine changes. systemd does not run here: a stand-in for systemctl takes its place. Needs root.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chown, copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { TeardownContext } from '../../files/temporary-directory.js';
import { temporaryDirectory } from '../../files/temporary-directory.js';
import { mainScript, projectRoot } from '../../program/project-paths.js';
import { until } from '../../program/until.js';
import { redisUser } from './redis-user.js';
import { type ConfiguredServer, serverIn } from './unattended-server.js';

export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SupervisedMachine {
  /** As the test sees it. */
  readonly server: ConfiguredServer;
  readonly repository: string;
  /** Runs a command on that machine. */
  run(...words: readonly string[]): Promise<CommandEnd>;
  /** Runs `redis-rewind …`. */
  rewind(...words: readonly string[]): Promise<CommandEnd>;
}

const SYSTEMCTL = path.join(projectRoot, 'test', 'support', 'redis', 'programs', 'systemctl');
const UNIT = 'redis-server.service';

/**
 * @param lines of /etc/redis/redis.conf in addition
 * @param init whether systemd is there, or only `service`
 */
export async function makeSupervisedMachine(
  t: TeardownContext,
  lines: readonly string[],
  init: 'systemd' | 'service',
): Promise<SupervisedMachine> {
  const root = await temporaryDirectory(t);
  const owner = await redisUser();
  if (owner === undefined) throw new Error('root, and a user of redis, are needed');
  const bind = { etc: '/etc/redis', lib: '/var/lib', log: '/var/log', run: '/run' };
  for (const name of [...Object.keys(bind), 'bin', 'lib/redis', 'log/redis', 'run/redis']) {
    await mkdir(path.join(root, name), { recursive: true });
  }
  for (const name of ['etc', 'lib/redis', 'log/redis', 'run/redis']) {
    await chown(path.join(root, name), owner.uid, owner.gid);
  }
  const configuration = path.join(root, 'etc', 'redis.conf');
  // As Debian has it, but for the place where it answers and the save points.
  const text = [
    'port 0',
    'unixsocket /var/lib/redis/redis.sock',
    'daemonize yes',
    'pidfile /run/redis/redis-server.pid',
    'logfile /var/log/redis/redis-server.log',
    'dir /var/lib/redis',
    'save ""',
    ...lines,
  ];
  await writeFile(configuration, `${text.join('\n')}\n`);
  await chown(configuration, owner.uid, owner.gid);
  if (init === 'systemd') await copyFile(SYSTEMCTL, path.join(root, 'bin', 'systemctl'));
  else await writeFile(path.join(root, 'bin', 'systemctl'), NO_SYSTEMD, { mode: 0o755 });
  const mounts = Object.entries(bind).map(
    ([name, place]) => `mount --bind ${path.join(root, name)} ${place}`,
  );
  const enter = [...mounts, 'exec "$@"'].join(' && ');
  const env = { ...process.env, NO_COLOR: '1', PATH: `${root}/bin:${process.env['PATH'] ?? ''}` };
  const run = async (...words: readonly string[]): Promise<CommandEnd> =>
    new Promise((resolve) => {
      const args = ['--mount', '/bin/sh', '-c', enter, 'sh', ...words];
      execFile('unshare', args, { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
      });
    });
  const directory = path.join(root, 'lib', 'redis');
  t.teardown(async () => {
    endProcess(path.join(root, 'systemd', `${UNIT}.supervisor`));
    await until(async () => {
      const id = serverIn(directory);
      if (id !== null) process.kill(id, 'SIGKILL');
      return id === null;
    });
  });
  return {
    server: { directory, configuration, socket: path.join(directory, 'redis.sock') },
    repository: path.join(root, 'repository'),
    run,
    rewind: async (...words) => run(process.execPath, mainScript, ...words),
  };
}

/** As systemctl says it on a machine that was started without systemd. */
const NO_SYSTEMD = `#!/bin/sh
echo "System has not been booted with systemd as init system (PID 1). Can't operate." >&2
exit 1
`;

function endProcess(file: string): void {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
  } catch {
    // There is none.
  }
}
