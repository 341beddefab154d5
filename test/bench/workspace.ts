// The benchmark's folder: cached datasets, and beside them what one run needs, which goes at its end.
// SOURCE has one path for every dataset, since programs know a source by its path; a dataset is moved
// there as a whole, so that inodes, mtime and ctime of its files stay as they are.
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { runQuietly } from './measure/run-quietly.js';

const MARKER = 'redis-rewind-bench';

export class Workspace {
  readonly directory: string;
  /** Where SOURCE lies while a dataset is lent to it. */
  readonly source: string;
  readonly #run: string;
  readonly #lentFrom: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.#run = path.join(directory, 'run');
    this.source = path.join(directory, 'source');
    this.#lentFrom = path.join(directory, 'source-is-from');
  }

  /** Makes or opens the folder, and clears what a run that was killed has left. */
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

  /** Removes the folder with all datasets; does nothing where there is none. */
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

  /** A path below what is removed at the end of the run. */
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

  /** Moves it back; a SOURCE that was not lent is removed. */
  async returnSource(): Promise<void> {
    const origin = await readFile(this.#lentFrom, 'utf8').catch(() => null);
    const isThere = (await stat(this.source).catch(() => null)) !== null;
    if (isThere && origin !== null) await rename(this.source, origin);
    else if (isThere) await rm(this.source, { recursive: true });
    await rm(this.#lentFrom, { force: true });
  }

  /** An empty SOURCE of this run's own. */
  async makeSource(): Promise<void> {
    await this.returnSource();
    await mkdir(this.source);
  }

  /** Waits until nothing of what was written before is still on its way to the disk. */
  async settle(): Promise<void> {
    await runQuietly({ command: 'sync', args: ['-f', this.directory] });
  }
}

/** Names in a folder; none where there is nothing. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
