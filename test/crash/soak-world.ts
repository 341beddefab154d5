// A source that changes at random, a repository of it, and a memory of every byte that was ever backed
// up. Each operation leaves the repository as that memory says, however it ended; what is not
// so is thrown.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunContext } from '../../src/engine/run/run-context.js';
import { InterruptedError, RewindError } from '../../src/errors.js';
import { pathFromText } from '../../src/system/files/byte-path.js';
import { type Tree, readTree, treeDifferences } from '../support/files/directory-tree.js';
import {
  HookedFileSystem,
  ProcessDied,
  dieAtMutation,
  failAtMutation,
} from '../support/files/hooked-file-system.js';
import { recordRun, survivorAt } from '../support/power-loss/at-each-power-loss.js';
import { layTree } from '../support/power-loss/lay-disk.js';
import { cliEnvironment } from '../support/program/cli.js';
import { mainScript } from '../support/program/project-paths.js';
import { createTestContext } from '../support/program/run-context.js';
import type { SeededRandom } from '../support/program/seeded-random.js';
import { countSnapshots } from '../support/repository/whole-repository.js';
import { lookNames } from '../support/sandbox/note-names.js';
import { RandomTree } from '../support/sandbox/random-tree.js';
import { Sandbox } from '../support/sandbox/sandbox.js';

const ERRNOS = ['ENOSPC', 'EIO', 'EACCES', 'EMFILE'];

/** A backup has fewer mutations than this, most of the time. */
const MUTATIONS = 150;

export class SoakWorld {
  /** How often each operation was done. */
  readonly tally = new Map<string, number>();
  readonly #sandbox: Sandbox;
  readonly #disk: string;
  readonly #random: SeededRandom;
  readonly #tree: RandomTree;
  #states: Tree[] = [];

  /** @param root an existing empty folder, which the caller removes */
  constructor(root: string, random: SeededRandom) {
    this.#disk = path.join(root, 'disk');
    const context = createTestContext({ hostName: os.hostname() });
    this.#sandbox = new Sandbox(root, { context, repository: path.join(this.#disk, 'repository') });
    this.#random = random;
    this.#tree = new RandomTree(this.#sandbox.source, random);
  }

  async begin(): Promise<void> {
    await fs.mkdir(this.#sandbox.source);
    await fs.mkdir(this.#disk);
    await this.#tree.change(15);
  }

  /** Does one operation, chosen at random. @throws where the repository is not what it should be */
  async step(): Promise<void> {
    const operations: [weight: number, name: string, run: () => Promise<void>][] = [
      [14, 'backups', () => this.#backup()],
      [14, 'restores', () => this.#restore()],
      [8, 'power losses', () => this.#losePower()],
      [8, 'deaths', () => this.#die()],
      [6, 'failing calls', () => this.#fail()],
      [4, 'interruptions', () => this.#interrupt()],
      [4, 'kills', () => this.#kill()],
      [4, 'verifications', () => this.#verify()],
    ];
    if (this.#random.chance(70)) await this.#change();
    const total = operations.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.#random.below(total);
    for (const [weight, name, run] of operations) {
      left -= weight;
      if (left >= 0) continue;
      this.tally.set(name, (this.tally.get(name) ?? 0) + 1);
      await run();
      break;
    }
    if (this.#states.length >= 30) await this.#beginAnew();
  }

  /** Never to an empty source: a backup refuses one. */
  async #change(): Promise<void> {
    do {
      await this.#tree.change(this.#random.between(1, 6));
    } while ((await fs.readdir(this.#sandbox.source)).length === 0);
  }

  /** Every snapshot restores to what it was; the repository is sound. */
  async checkAll(): Promise<void> {
    for (let back = 0; back < this.#states.length; back += 1) await this.#restore(back);
    if (this.#states.length > 0) await this.#verify();
  }

  async #beginAnew(): Promise<void> {
    await this.checkAll();
    await fs.rm(this.#sandbox.repository, { recursive: true });
    this.#states = [];
  }

  async #backup(): Promise<void> {
    const { notes } = await this.#run(this.#sandbox.context);
    const looks = lookNames(notes).filter((look) => !look.startsWith('link-outside'));
    if (looks.length > 0) throw new Error(`a backup says ${looks.join(', ')}`);
    await this.#expect(1);
  }

  /** The clock goes back after each run, so that it stays near the clock of a real process. */
  async #run(context: RunContext) {
    try {
      return await this.#sandbox.backup({ context });
    } finally {
      this.#sandbox.context.advance(-60);
    }
  }

  /** Ends a backup in some way, and sees what there is. */
  async #attempt(
    context: Partial<RunContext>,
    isExpected: (error: unknown) => boolean,
  ): Promise<void> {
    try {
      await this.#run({ ...this.#sandbox.context, ...context });
    } catch (error) {
      if (!isExpected(error)) throw error;
    }
    await this.#acceptEither();
  }

  /** The last backup has become a snapshot, or it has not. */
  async #acceptEither(): Promise<void> {
    const more = countSnapshots(this.#sandbox) - this.#states.length;
    if (more !== 0 && more !== 1) throw new Error(`${more} snapshots more than before`);
    await this.#expect(more);
    if (this.#states.length > 0 && this.#random.chance(50)) await this.#restore(0);
    if (this.#states.length > 0 && this.#random.chance(25)) await this.#verify();
  }

  /** Counts the snapshots, and remembers what the new one must hold. */
  async #expect(more: number): Promise<void> {
    if (more === 1) this.#states.push(await readTree(this.#sandbox.source));
    const { length } = this.#states;
    const found = countSnapshots(this.#sandbox);
    if (found !== length) throw new Error(`${found} snapshots instead of ${length}`);
  }

  async #restore(back = this.#random.below(Math.max(1, this.#states.length))): Promise<void> {
    const then = this.#states[this.#states.length - 1 - back];
    if (then === undefined) return;
    const differences = treeDifferences(
      then,
      await this.#sandbox.restoredTree({ time: `${back}B` }),
    );
    if (differences.length > 0) throw new Error(`${back}B: ${differences.join('; ')}`);
  }

  async #verify(): Promise<void> {
    if (this.#states.length === 0) return;
    const { problems } = await this.#sandbox.verify();
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
  }

  async #die(): Promise<void> {
    const { hook } = dieAtMutation(this.#random.between(1, MUTATIONS));
    const fileSystem = new HookedFileSystem(hook, { sync: false });
    await this.#attempt({ fileSystem }, (error) => error instanceof ProcessDied);
  }

  async #fail(): Promise<void> {
    const { hook } = failAtMutation(this.#random.between(1, MUTATIONS), this.#random.pick(ERRNOS));
    const fileSystem = new HookedFileSystem(hook, { sync: false });
    await this.#attempt({ fileSystem }, (error) => error instanceof RewindError);
  }

  async #interrupt(): Promise<void> {
    let left = this.#random.between(1, 60);
    const checkpoint = async (): Promise<void> => {
      left -= 1;
      if (left <= 0) throw new InterruptedError('SIGTERM');
    };
    await this.#attempt({ checkpoint }, (error) => error instanceof InterruptedError);
  }

  /** A backup of which a power loss keeps what it likes. */
  async #losePower(): Promise<void> {
    const run = async (recording: RunContext): Promise<unknown> => this.#run(recording);
    const recording = await recordRun(this.#disk, ['repository'], this.#sandbox.context, [run]);
    const made = this.#random.between(1, recording.steps.length);
    const tree = survivorAt(recording, made, this.#random.below(4) - 2);
    await fs.rm(this.#disk, { recursive: true });
    layTree(pathFromText(this.#disk), tree);
    await this.#acceptEither();
  }

  /** A real process, killed at some moment of its life. */
  async #kill(): Promise<void> {
    const { source, repository } = this.#sandbox;
    const child = spawn(
      process.execPath,
      [mainScript, 'backup', '--no-examine', source, repository],
      {
        env: cliEnvironment(),
        stdio: 'ignore',
      },
    );
    const ended = once(child, 'close') as Promise<[number | null, string | null]>;
    await pause(this.#random.between(80, 350));
    child.kill('SIGKILL');
    const [code] = await ended;
    // 3: a link that leads out of SOURCE needs a look.
    if (code !== null && code !== 0 && code !== 3)
      throw new Error(`a real backup ended with ${code}`);
    await this.#acceptEither();
  }
}
