// Makes folders that hold a Debian with a server in it, one for each server. debootstrap takes the packages from
// where this machine's apt takes its own. A folder that was made is used again.
import { execFile } from 'node:child_process';
import { appendFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type ServerVersion, programOf } from './server-versions.js';

const run = promisify(execFile);

/** Suites that are not released are old news to apt soon. */
const APT = ['-o', 'Acquire::Check-Valid-Until=false', '-q', '-y'];

/** @returns the root of the Debian that has the server */
export async function makeRoot(work: string, wanted: ServerVersion): Promise<string> {
  const program = programOf(wanted);
  const root = path.join(work, `${wanted.suite}-${wanted.over ?? 'alone'}-${program}`);
  if (await exists(root)) return root;
  const making = `${root}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const mirror = await findMirror();
  const script = (await exists(scriptOf(wanted.suite))) ? [] : ['sid'];
  const packages = `--include=${program}`;
  await run('debootstrap', [
    '--variant=minbase',
    packages,
    wanted.suite,
    making,
    mirror,
    ...script,
  ]);
  if (wanted.over !== null) await putOver(making, { mirror, suite: wanted.over, program });
  await rename(making, root);
  return root;
}

interface Over {
  readonly mirror: string;
  readonly suite: string;
  readonly program: string;
}

async function putOver(root: string, { mirror, suite, program }: Over): Promise<void> {
  const list = path.join(root, 'etc/apt/sources.list');
  await appendFile(list, `deb ${mirror} ${suite} main\n`);
  const refuse = 'printf "#!/bin/sh\\nexit 101\\n" >"$0" && chmod +x "$0"';
  await run('chroot', [root, 'sh', '-c', refuse, '/usr/sbin/policy-rc.d']);
  await run('cp', ['/etc/resolv.conf', path.join(root, 'etc/resolv.conf')]);
  await run('chroot', [root, 'apt-get', ...APT, 'update']);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('chroot', [root, 'apt-get', ...APT, '-t', suite, 'install', program], { env });
}

/** From where apt takes the packages of Debian itself. */
async function findMirror(): Promise<string> {
  const format = '$(ORIGIN) $(REPO_URI)';
  const { stdout } = await run('apt-get', ['indextargets', '--format', format]);
  const mirror = /^Debian (\S+)/m.exec(stdout)?.[1];
  if (mirror === undefined)
    throw new Error('apt has no source of Debian: run apt-get update first');
  return mirror;
}

function scriptOf(suite: string): string {
  return path.join('/usr/share/debootstrap/scripts', suite);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
