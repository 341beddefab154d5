// Readers take no lock. So one repository gets a backup after the other here, of a SOURCE that changes in
// between, and all commands that read run beside the backups as processes of their own. No reader fails or finds
// damage that is none, and what is restored is what the snapshot recorded. READERS_SECONDS makes it last longer,
// READERS_SEED repeats a run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import Database from 'better-sqlite3';
import { type Tree, readTree, treeDifferences } from '../support/files/directory-tree.js';
import { removeTree } from '../support/files/temporary-directory.js';
import { cliEnvironment, runCli, succeedCli } from '../support/program/cli.js';
import { mainScript } from '../support/program/project-paths.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { type Sandbox, createSandbox } from '../support/sandbox/sandbox.js';
import { RandomTree } from '../support/sandbox/random-tree.js';

const SECONDS = Number(process.env['READERS_SECONDS'] ?? '20');
const SEED = process.env['READERS_SEED'] ?? String(Math.floor(Math.random() * 1e9));
const FEWEST_BACKUPS = 5;

/** What a person or a script does in SOURCE between two backups. */
class ChangingSource {
  readonly #sandbox: Sandbox;
  readonly #random: SeededRandom;
  readonly #tree: RandomTree;
  readonly #large: Buffer;

  constructor(sandbox: Sandbox, random: SeededRandom) {
    this.#sandbox = sandbox;
    this.#random = random;
    this.#tree = new RandomTree(sandbox.inSource('any'), random);
    this.#large = random.bytes(3 << 20);
  }

  async begin(): Promise<void> {
    await fs.mkdir(this.#sandbox.inSource('any'));
    await this.#tree.change(30);
    await this.change();
  }

  async change(): Promise<void> {
    await this.#changeTwins();
    const sandbox = this.#sandbox;
    this.#large.writeUInt32LE(
      this.#random.below(2 ** 31),
      this.#random.below(this.#large.length - 4),
    );
    await sandbox.write('large', this.#large);
    await sandbox.append('grows', this.#random.bytes(500));
    const folder = `folder-${this.#random.below(3)}`;
    await fs.rm(sandbox.inSource(folder), { recursive: true, force: true });
    await sandbox.write(`folder-${this.#random.below(3)}/within/deep`, this.#random.bytes(700));
    await this.#tree.change(8);
    // A link that leads out of SOURCE needs a look.
    await removeLinks(sandbox.inSource('any'));
  }

  /** Two files have one content. One of them goes, or both get another content. */
  async #changeTwins(): Promise<void> {
    const sandbox = this.#sandbox;
    const twins = ['twin-a', 'twin-b'];
    const content = this.#random.bytes(3000);
    for (const twin of twins) await sandbox.write(twin, content);
    if (this.#random.chance(50)) await sandbox.remove(this.#random.pick(twins));
  }
}

async function removeLinks(root: string): Promise<void> {
  for (const [name, { type }] of Object.entries(await readTree(root))) {
    if (type === 'symlink') await fs.rm(`${root}/${Buffer.from(name, 'latin1').toString()}`);
  }
}

interface Restored {
  readonly snapshot: { readonly id: number };
}

class Race {
  readonly tally = new Map<string, number>();
  readonly #t: ExecutionContext;
  readonly #sandbox: Sandbox;
  readonly #random: SeededRandom;
  /** SOURCE at each snapshot, by the snapshot's id. */
  readonly #states = new Map<number, Tree>();
  #isOver = false;

  constructor(t: ExecutionContext, sandbox: Sandbox, random: SeededRandom) {
    this.#t = t;
    this.#sandbox = sandbox;
    this.#random = random;
  }

  async run(source: ChangingSource): Promise<void> {
    await source.begin();
    await this.#backup();
    await source.change();
    await this.#backup();
    const { repository } = this.#sandbox;
    const readings = [
      () => this.#read(['list', repository]),
      () => this.#read(['list', '--files', '-r', this.#time(), repository]),
      () => this.#read(['list', '--changed-since', '1B', repository]),
      () => this.#read(['info', repository]),
    ];
    const verifications = [() => this.#verify([]), () => this.#verify(['--quick'])];
    await Promise.all([
      this.#write(source),
      this.#loop([() => this.#restore()]),
      this.#loop(verifications),
      this.#loop(readings),
      this.#loop([() => this.#keepOpen()]),
    ]);
  }

  async #write(source: ChangingSource): Promise<void> {
    const endMs = performance.now() + SECONDS * 1000;
    try {
      while (performance.now() < endMs || this.#states.size < FEWEST_BACKUPS) {
        await source.change();
        await this.#backup();
      }
    } finally {
      this.#isOver = true;
    }
  }

  /** Runs one after the other, over and over. */
  async #loop(runs: readonly (() => Promise<void>)[]): Promise<void> {
    for (let turn = 0; !this.#isOver; turn += 1) await runs[turn % runs.length]?.();
  }

  async #backup(): Promise<void> {
    const { source, repository } = this.#sandbox;
    const tree = await readTree(source);
    const { code, stdout, stderr } = await this.#run(['backup', '--json', source, repository]);
    this.#t.deepEqual([code, stderr], [0, ''], stdout);
    const { snapshot } = JSON.parse(stdout) as Restored;
    this.#states.set(snapshot.id, tree);
  }

  async #read(args: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await this.#run(args);
    this.#t.deepEqual([code, stderr], [0, ''], `${args.join(' ')}: ${stdout}`);
  }

  async #verify(options: readonly string[]): Promise<void> {
    const line = ['verify', '--json', ...options, this.#sandbox.repository];
    const { code, stdout, stderr } = await this.#run(line);
    const { problems } = JSON.parse(stdout) as { problems: unknown[] };
    this.#t.deepEqual([problems, code, stderr], [[], 0, ''], stdout);
  }

  /** The tree is what SOURCE was, however old the snapshot is. */
  async #restore(): Promise<void> {
    const { repository } = this.#sandbox;
    const destination = this.#sandbox.at(`restored-${this.#random.below(1e9)}`);
    const line = ['restore', '--json', '-r', this.#time(), repository, destination];
    const { code, stdout, stderr } = await this.#run(line);
    this.#t.deepEqual([code, stderr], [0, ''], stdout);
    const { id } = (JSON.parse(stdout) as Restored).snapshot;
    const tree = await readTree(destination);
    await removeTree(destination);
    // The snapshot may be so new that its backup has not ended.
    while (!this.#states.has(id) && !this.#isOver) await pause(20);
    const state = this.#states.get(id);
    if (state !== undefined) this.#t.deepEqual(treeDifferences(state, tree), [], `snapshot ${id}`);
  }

  /** As a person who looks into the catalog and lets the transaction stand. */
  async #keepOpen(): Promise<void> {
    const reader = new Database(this.#sandbox.data('catalog.sqlite3'), {
      readonly: true,
      timeout: 60_000,
    });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM version').get();
    await pause(1500);
    reader.close();
    this.#count('transactions left open');
    await pause(1500);
  }

  #time(): string {
    return this.#random.chance(50) ? 'now' : `${this.#random.between(1, this.#states.size - 1)}B`;
  }

  async #run(args: readonly string[]) {
    this.#count(
      args
        .slice(0, 2)
        .filter((word) => /^[a-z-]+$/.test(word))
        .join(' '),
    );
    return runCli(args);
  }

  #count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }
}

test.serial(
  'no reader beside backups fails, finds false damage or restores other bytes',
  async (t) => {
    t.timeout((SECONDS + 300) * 1000);
    t.log(`READERS_SEED=${SEED}`);
    const sandbox = await createSandbox(t);
    const random = new SeededRandom(SEED);
    const race = new Race(t, sandbox, random);
    await race.run(new ChangingSource(sandbox, random));
    t.log([...race.tally].map(([what, count]) => `${count} ${what}`).join(', '));
  },
);

test.serial('a list whose output nobody reads does not hold up a backup', async (t) => {
  const sandbox = await createSandbox(t);
  // Links with long targets: a few of them are more than a pipe takes.
  for (let count = 0; count < 300; count += 1) {
    await fs.symlink(`${'missing/'.repeat(480)}${count}`, sandbox.inSource(`link-${count}`));
  }
  await succeedCli(['backup', sandbox.source, sandbox.repository]);
  const list = spawn(
    process.execPath,
    [mainScript, 'list', '--files', '--json', sandbox.repository],
    {
      env: cliEnvironment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.teardown(() => list.kill('SIGKILL'));
  let bytes = 0;
  list.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(list.stdout, 'data');
  list.stdout.pause();
  await sandbox.write('new', 'new');
  await succeedCli(['backup', sandbox.source, sandbox.repository]);
  t.is(list.exitCode, null, 'it still writes');
  const ended = once(list, 'close') as Promise<[number | null]>;
  list.stdout.resume();
  t.is((await ended)[0], 0);
  t.true(bytes > 1_000_000, String(bytes));
});
