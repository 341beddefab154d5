// A SOURCE and a REPO of one test, and the use cases called on them with the options that matter to
// it: what a backup test is written in.
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { backup } from '../../../src/engine/backup/backup.js';
import { info } from '../../../src/engine/inspect/info.js';
import { listFiles, listSnapshots } from '../../../src/engine/inspect/list.js';
import type { BackupReport } from '../../../src/engine/backup/backup-report.js';
import type { InfoReport } from '../../../src/engine/inspect/info-report.js';
import type { ListedFile } from '../../../src/engine/inspect/list-report.js';
import type { Note } from '../../../src/engine/run/notes.js';
import type { RestoreReport } from '../../../src/engine/restore/restore-report.js';
import type { SnapshotSummary } from '../../../src/engine/snapshot/snapshot-summary.js';
import type { VerifyReport } from '../../../src/engine/verify/verify-report.js';
import type { BackupRequest } from '../../../src/engine/backup/backup-request.js';
import type { PathRule } from '../../../src/engine/source/path-filter.js';
import { restore } from '../../../src/engine/restore/restore.js';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import { verify } from '../../../src/engine/verify/verify.js';
import { type BytePath, pathFromText } from '../../../src/system/files/byte-path.js';
import { plainBackup } from './backup-request.js';
import { type Tree, readTree } from '../files/directory-tree.js';
import { type TestContext, createTestContext } from '../program/run-context.js';
import {
  type TeardownContext,
  removeTree,
  temporaryDirectory,
} from '../files/temporary-directory.js';

const run = promisify(execFile);

export interface BackupOptions {
  readonly source?: string;
  readonly repository?: string;
  readonly also?: readonly string[];
  readonly rules?: readonly PathRule[];
  readonly force?: boolean;
  readonly rehash?: boolean;
  /** Off unless given: most tests put into files what is no dump. */
  readonly examine?: boolean;
  readonly memoryBytes?: number;
  readonly waitLockMs?: number;
  /** Instead of the place's own. */
  readonly context?: RunContext;
}

/** Of all places: several may have the same folder. */
let restoredCount = 0;

export class BackupPlace {
  /** Holds all the others; removed when the test ends. */
  readonly root: string;
  readonly source: string;
  readonly repository: string;
  readonly context: TestContext;

  constructor(root: string, context: TestContext, repository = path.join(root, 'repository')) {
    this.root = root;
    this.source = path.join(root, 'source');
    this.repository = repository;
    this.context = context;
  }

  /** The same SOURCE with another REPO. */
  withRepository(repository: string): BackupPlace {
    return new BackupPlace(this.root, this.context, repository);
  }

  /** A minute after the one before. */
  async backup(options: BackupOptions = {}): Promise<BackupReport> {
    this.context.advance(60);
    return backup(this.backupRequest(options), options.context ?? this.context);
  }

  backupRequest(options: BackupOptions = {}): BackupRequest {
    const { rules = [], force = false, rehash = false, examine = false } = options;
    return plainBackup(options.source ?? this.source, options.repository ?? this.repository, {
      also: (options.also ?? []).map(pathFromText),
      rules,
      force,
      rehash,
      examine,
      memoryBytes: options.memoryBytes ?? null,
      waitLockMs: options.waitLockMs ?? 0,
    });
  }

  /** Restores to a new path, which is returned with the report. */
  async restore(
    time: string,
    below = '',
    context: RunContext = this.context,
  ): Promise<{ readonly report: RestoreReport; readonly destination: string }> {
    restoredCount += 1;
    const name = `${path.basename(this.repository)}-restored-${restoredCount}`;
    const destination = path.join(this.root, name);
    const request = {
      repositoryPath: path.join(this.repository, below),
      time,
      destination: pathFromText(destination),
      force: false,
      owner: null,
    };
    return { report: await restore(request, context), destination };
  }

  /** What a restore makes, which is deleted again. */
  async restoredTree(time: string, below = '', context: RunContext = this.context): Promise<Tree> {
    const { destination } = await this.restore(time, below, context);
    const tree = await readTree(destination);
    await removeTree(destination);
    return tree;
  }

  async verify(context: RunContext = this.context): Promise<VerifyReport> {
    return verify({ repository: this.repositoryPath, time: null }, context);
  }

  info(): InfoReport {
    return info({ repository: this.repositoryPath }, this.context);
  }

  snapshots(): readonly SnapshotSummary[] {
    return listSnapshots({ repository: this.repositoryPath }, this.context).snapshots;
  }

  /** Files of a snapshot by their path. */
  files(time = 'now'): Record<string, ListedFile> {
    const { files } = listFiles({ repository: this.repositoryPath, time }, this.context);
    return Object.fromEntries(files.map((file) => [file.path, file]));
  }

  /** All that is in the mirror but our own folder. */
  async mirror(): Promise<Tree> {
    const tree = await readTree(this.repository);
    return withoutOurs(tree);
  }

  get repositoryPath(): BytePath {
    return pathFromText(this.repository);
  }

  data(name: string): string {
    return path.join(this.repository, 'redis-rewind-data', name);
  }

  /** Writes a file of SOURCE, making the folders that lead to it. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    const file = path.join(this.source, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  async read(name: string): Promise<string> {
    return readFile(path.join(this.repository, name), 'latin1');
  }
}

/** An empty SOURCE, and a REPO that is not there yet. */
export async function createBackupPlace(
  t: TeardownContext,
  context: TestContext = createTestContext(),
): Promise<BackupPlace> {
  const place = new BackupPlace(await temporaryDirectory(t), context);
  await mkdir(place.source);
  return place;
}

/** The mirror's part of a repository's tree; the root's own metadata is not the mirror's. */
export function withoutOurs(tree: Tree): Tree {
  const isOurs = (name: string): boolean =>
    name === '.' || name === 'redis-rewind-data' || name.startsWith('redis-rewind-data/');
  return Object.fromEntries(Object.entries(tree).filter(([name]) => !isOurs(name)));
}

/** A copy with everything that cp can keep. */
export async function copyTree(from: string, to: string): Promise<void> {
  await run('cp', ['-a', '--', from, to]);
}

/** `kind path` of each note, in order of their text. */
export function noteNames(notes: readonly Note[]): string[] {
  return notes.map(({ kind, path: about }) => `${kind} ${about ?? '-'}`).toSorted();
}

/** As noteNames, of those that end a run with exit 3. */
export function lookNames(notes: readonly Note[]): string[] {
  return noteNames(notes.filter(({ severity }) => severity === 'look'));
}
