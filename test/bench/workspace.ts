// The folder of the benchmark: cached datasets, and the files of one run, which are removed at its end. SOURCE
// has the same path for every dataset, since programs know a source by its path. A dataset is moved there as
// a whole, so that the inodes and times of its files do not change.
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { runQuietly } from './commands/run-quietly.js';

const MARKER = 'redis-rewind-bench';

export class Workspace {
  readonly directory: string;
  /** The path of SOURCE, to which datasets are lent. */
  readonly source: string;
  readonly #run: string;
  readonly #lentFrom: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.#run = path.join(directory, 'run');
    this.source = path.join(directory, 'source');
    this.#lentFrom = path.join(directory, 'source-is-from');
  }

  /** Creates or opens the folder, and removes what a killed run has left. */
  static async open(directory: string): Promise<Workspace> {
    const workspace = new Workspace(path.resolve(directory));
    await mkdir(workspace.directory, { recursive: true });
    const names = await namesIn(workspace.directory);
    if (names.length > 0 && !names.includes(MARKER)) {
      throw new Error(`'${directory}' holds something else: --work needs a folder of its own`);
    }
    await writeFile(path.join(workspace.directory, MARKER), '');
    await workspace.returnSource();
    await workspace.clearRun();
    return workspace;
  }

  /** Removes the folder with all datasets, if it exists. */
  static async remove(directory: string): Promise<void> {
    const names = await namesIn(directory);
    if (names.length === 0) return;
    if (!names.includes(MARKER)) {
      throw new Error(`'${directory}' is no folder of the benchmark's and is left as it is`);
    }
    await rm(directory, { recursive: true });
  }

  get datasets(): string {
    return path.join(this.directory, 'datasets');
  }

  /** A path that is removed at the end of the run. */
  inRun(...names: readonly string[]): string {
    return path.join(this.#run, ...names);
  }

  async clearRun(): Promise<void> {
    await rm(this.#run, { recursive: true, force: true });
    await mkdir(this.#run);
  }

  /** Moves a dataset's folder to SOURCE. */
  async lendSource(directory: string): Promise<void> {
    await this.returnSource();
    await writeFile(this.#lentFrom, directory);
    await rename(directory, this.source);
  }

  /** Moves the dataset back. A SOURCE that was not lent is removed. */
  async returnSource(): Promise<void> {
    const origin = await readFile(this.#lentFrom, 'utf8').catch(() => null);
    const isThere = (await stat(this.source).catch(() => null)) !== null;
    if (isThere && origin !== null) await rename(this.source, origin);
    else if (isThere) await rm(this.source, { recursive: true });
    await rm(this.#lentFrom, { force: true });
  }

  /** An empty SOURCE for this run alone. */
  async makeSource(): Promise<void> {
    await this.returnSource();
    await mkdir(this.source);
  }

  /** Waits until everything written so far is on the disk. */
  async settle(): Promise<void> {
    await runQuietly({ command: 'sync', args: ['-f', this.directory] });
  }
}

/** The names in a folder; none where it does not exist. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
