// A machine with Debian's redis-server, for commands that are typed on one: its paths, its port and its init script are the
// real ones, so each command is run as it stands in a document. It is a process with name spaces of its own, in which
// /var/lib, /var/log, /var/tmp, /etc/redis, /srv and /run are folders of the test. Needs root.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, readFile, readdir, readlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TeardownContext, temporaryDirectory } from '../files/temporary-directory.js';
import { cliEnvironment } from '../program/cli.js';
import { mainScript } from '../program/project-paths.js';
import { type Owner, redisUser } from '../redis/servers/redis-user.js';

export interface MachineOptions {
  readonly appendOnly?: boolean;
  /** Lines at the end of /etc/redis/redis.conf. */
  readonly lines?: readonly string[];
  /** The numbers of the user and the group `redis`; those of this machine if left out. */
  readonly owner?: Owner;
}

export interface ShellResult {
  readonly code: number | null;
  /** What a terminal shows: both outputs together. */
  readonly output: string;
}

/**
 * There is no systemd here. So this stand-in for systemctl hands its work to Debian's init script, which starts and stops the
 * server as the unit does. A start returns once the server has loaded its data, as with `Type=notify`.
 */
const SYSTEMCTL = `#!/bin/sh
case $1 in
stop) exec service "$2" stop ;;
start)
  service "$2" start || exit
  until redis-cli ping | grep -qx PONG; do sleep 0.1; done
  ;;
*) exit 1 ;;
esac
`;

const NAME_SPACES = `set -e
for pair in lib:/var/lib log:/var/log etc:/etc/redis srv:/srv; do
  mount --bind "$1/\${pair%%:*}" "\${pair#*:}"
done
for name in passwd group; do
  mount --bind "$1/$name" "/etc/$name"
done
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/tmp
python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14s", b"lo", 1, b""))'
mount -t tmpfs -o mode=0700 tmpfs /root
echo ready
exec sleep infinity`;

export class DebianMachine {
  readonly #holder: ChildProcess;
  readonly #programs: string;

  /** The server is not started. Everything ends with the test. */
  static async create(t: TeardownContext, options: MachineOptions = {}): Promise<DebianMachine> {
    const { appendOnly = false, lines = [] } = options;
    const root = await temporaryDirectory(t);
    const here = await redisUser();
    if (here === undefined) throw new Error('a machine needs root and the package redis-server');
    const owner = options.owner ?? here;
    await writeAccounts(root, owner);
    for (const folder of ['lib/redis', 'log/redis', 'srv', 'bin']) {
      await mkdir(path.join(root, folder), { recursive: true });
    }
    await cp('/etc/redis', path.join(root, 'etc'), { recursive: true });
    for (const folder of ['lib/redis', 'log/redis', 'etc']) {
      await chown(path.join(root, folder), owner.uid, owner.gid);
      await chmod(path.join(root, folder), 0o750);
    }
    const configuration = path.join(root, 'etc/redis.conf');
    const text = (await readFile(configuration, 'utf8')).replace(
      /^appendonly no$/m,
      `appendonly ${appendOnly ? 'yes' : 'no'}`,
    );
    await writeFile(configuration, [text, ...lines, ''].join('\n'));
    await chown(configuration, owner.uid, owner.gid);
    const programs = path.join(root, 'bin');
    const holder = spawn(
      'unshare',
      ['--mount', '--net', '--propagation', 'private', 'sh', '-c', NAME_SPACES, 'sh', root],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const machine = new DebianMachine(holder, programs);
    t.teardown(async () => machine.#end());
    await Promise.race([
      once(holder.stdout, 'data'),
      once(holder, 'exit').then(() => {
        throw new Error('no name spaces');
      }),
    ]);
    await machine.addProgram('systemctl', SYSTEMCTL);
    await machine.addProgram(
      'redis-rewind',
      `#!/bin/sh\nexec '${process.execPath}' '${mainScript}' "$@"\n`,
    );
    return machine;
  }

  private constructor(holder: ChildProcess, programs: string) {
    this.#holder = holder;
    this.#programs = programs;
  }

  /** A path of the machine, as this process reaches it. */
  at(name: string): string {
    return `/proc/${this.#holder.pid}/root${name}`;
  }

  /** Makes a program that is found by its name. */
  async addProgram(name: string, text: string): Promise<void> {
    const program = path.join(this.#programs, name);
    await writeFile(program, text);
    await chmod(program, 0o755);
  }

  /** Runs lines of a shell as root, and ends at the first one that fails. */
  async run(script: string): Promise<ShellResult> {
    return this.#enter(['sh', '-ec', script], null);
  }

  /** As `run`. @throws with what was printed where it fails */
  async succeed(script: string): Promise<string> {
    const { code, output } = await this.run(script);
    if (code !== 0) throw new Error(`${script}\nexit ${code}: ${output}`);
    return output;
  }

  /** As `run`, at a terminal. Each question is answered with yes. */
  async runAtTerminal(script: string): Promise<ShellResult> {
    return this.#enter(['script', '-qec', script, '/dev/null'], 'y\n');
  }

  /** Processes of this machine, without the one that holds it. */
  async processIds(): Promise<number[]> {
    const own = await nameSpaceOf(String(this.#holder.pid));
    const ids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
    const found: number[] = [];
    for (const id of ids) {
      const isOwn = Number(id) !== this.#holder.pid && (await nameSpaceOf(id)) === own;
      if (isOwn && own !== null) found.push(Number(id));
    }
    return found;
  }

  /** Starts a program in this machine, which goes on, and is reached by the loopback of `network`. */
  startFor(network: DebianMachine, words: readonly string[]): void {
    const [program = '', ...args] = [...this.#entering(network), ...words];
    spawn(program, args, { cwd: '/', stdio: 'ignore' });
  }

  #entering(network: DebianMachine): string[] {
    const mount = `--mount=/proc/${this.#holder.pid}/ns/mnt`;
    return ['nsenter', mount, `--net=/proc/${network.#holder.pid}/ns/net`];
  }

  async #enter(words: readonly string[], answer: string | null): Promise<ShellResult> {
    const [program = '', ...args] = [...this.#entering(this), ...words];
    const folders = [this.#programs, path.dirname(process.execPath), '/usr/sbin', '/usr/bin'];
    const child = spawn(program, args, {
      cwd: '/',
      env: { ...cliEnvironment({}), PATH: [...folders, '/sbin', '/bin'].join(':'), HOME: '/root' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    let answered = 0;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const questions = output.split('[y/N]').length - 1;
        if (answer !== null) child.stdin.write(answer.repeat(questions - answered));
        answered = questions;
      });
    }
    child.stdin.on('error', () => undefined);
    if (answer === null) child.stdin.end();
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  }

  async #end(): Promise<void> {
    for (const id of await this.processIds()) {
      try {
        process.kill(id, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
    this.#holder.kill('SIGKILL');
    if (this.#holder.exitCode === null && this.#holder.signalCode === null) {
      await once(this.#holder, 'exit');
    }
  }
}

/** The accounts of this machine, with other numbers for `redis`. */
async function writeAccounts(root: string, { uid, gid }: Owner): Promise<void> {
  for (const [name, line] of [
    ['passwd', `redis:x:${uid}:${gid}:`],
    ['group', `redis:x:${gid}:`],
  ] as const) {
    const pattern = name === 'passwd' ? /^redis:x:\d+:\d+:/m : /^redis:x:\d+:/m;
    const text = await readFile(`/etc/${name}`, 'utf8');
    await writeFile(path.join(root, name), text.replace(pattern, line));
  }
}

async function nameSpaceOf(id: string): Promise<string | null> {
  try {
    return await readlink(`/proc/${id}/ns/mnt`);
  } catch {
    return null;
  }
}
