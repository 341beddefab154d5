// Odd things in SOURCE, made by real programs and real file systems.
import { execFile, spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { asRoot } from '../support/program/as-root.js';
import { succeedCli } from '../support/program/cli.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';

const run = promisify(execFile);

/** Takes a lease, and gives it back half a second after the kernel has asked for it. */
const LEASE_HOLDER = `
import fcntl, os, signal, sys, time
file = os.open(sys.argv[1], os.O_RDWR)
def give_back(*_):
    time.sleep(0.5)
    fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
signal.signal(signal.SIGIO, give_back)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print('held', flush=True)
while True:
    signal.pause()
`;

asRoot('a file under a lease is in the backup once its holder has let go of it', async (t) => {
  const root = await temporaryDirectory(t);
  const [source, repository] = [path.join(root, 'source'), path.join(root, 'repository')];
  await fs.mkdir(source);
  const file = path.join(source, 'file');
  await fs.writeFile(file, 'under a lease');
  const holder = spawn('python3', ['-c', LEASE_HOLDER, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => holder.kill('SIGKILL'));
  await new Promise((resolve) => {
    holder.stdout.once('data', resolve);
  });
  const { stderr } = await succeedCli(['backup', source, repository]);
  t.is(stderr, '');
  t.is(await fs.readFile(path.join(repository, 'file'), 'utf8'), 'under a lease');
});

asRoot(
  'a link that is too long for the file system of the repository is left out, with exit 3',
  async (t) => {
    const root = await temporaryDirectory(t);
    const [source, disk] = [path.join(root, 'source'), path.join(root, 'disk')];
    await fs.mkdir(source);
    await fs.mkdir(disk);
    await fs.writeFile(path.join(source, 'file'), 'x');
    // XFS takes targets of up to 1,024 bytes, ext4 of 4,095.
    await fs.symlink('t/'.repeat(1500), path.join(source, 'long'));
    await fs.symlink('file', path.join(source, 'short'));
    const image = path.join(root, 'image');
    await fs.writeFile(image, '');
    await fs.truncate(image, 320 << 20);
    await run('mkfs.xfs', ['-q', image]);
    await run('mount', ['-o', 'loop', image, disk]);
    t.teardown(async () => {
      await run('umount', ['-l', disk]);
    });
    const repository = path.join(disk, 'repository');
    const { stderr } = await succeedCli(['backup', source, repository], { expectedCode: 3 });
    t.regex(stderr, /'long' is a symbolic link that the repository's file system cannot have/);
    t.deepEqual((await fs.readdir(repository)).toSorted(), ['file', 'redis-rewind-data', 'short']);
    await succeedCli(['verify', '-q', repository]);
  },
);
